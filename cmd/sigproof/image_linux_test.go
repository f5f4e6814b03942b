package main

import (
	"os"
	"os/exec"
	"syscall"
)

// alone makes a command run in a root of its own as the user that distroless
// images call nonroot, if those who test may do that.
func alone(cmd *exec.Cmd, root string) {
	if os.Getuid() != 0 {
		return
	}
	cmd.Path, cmd.Dir = cmd.Path[len(root):], "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
}
