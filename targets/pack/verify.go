package pack

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"

	"aead.dev/minisign"
)

// Sign signs the manifest with a key in minisign's format. The comments tell
// no time: the same pack has the same signature.
func (p *Pack) Sign(key minisign.PrivateKey) {
	trusted := OneLine(fmt.Sprintf("%s %s for %s", p.Manifest.Name, p.Manifest.Version, p.Manifest.Product))
	p.Signature = minisign.SignWithComments(key, p.manifest, trusted, "signature of a pack of sigproof")
}

// SigningKey reads a private key. One that is locked is opened with the
// password.
func SigningKey(file, password string) (minisign.PrivateKey, error) {
	text, err := readKey(file)
	if err != nil {
		return minisign.PrivateKey{}, err
	}
	var key minisign.PrivateKey
	if minisign.IsEncrypted(text) {
		key, err = minisign.DecryptKey(password, text)
	} else {
		err = key.UnmarshalText(text)
	}
	if err != nil {
		return key, fmt.Errorf("%s: no key of minisign that the password opens: %w", file, err)
	}
	return key, nil
}

// PublicKey reads a public key: a file of minisign, or the line of base64
// itself.
func PublicKey(fileOrText string) (minisign.PublicKey, error) {
	var key minisign.PublicKey
	text, err := readKey(fileOrText)
	if err != nil {
		if key.UnmarshalText([]byte(fileOrText)) == nil {
			return key, nil
		}
		return key, err
	}
	if err := key.UnmarshalText(text); err != nil {
		return key, fmt.Errorf("%s: no public key of minisign: %w", fileOrText, err)
	}
	return key, nil
}

// MaxKey is how many bytes the file of a key may have.
const MaxKey = 64 << 10

// readKey reads the file of a key. A key in place of the file's name is not
// repeated: the message would end up in a log.
func readKey(file string) ([]byte, error) {
	// A pipe that nobody writes to would be waited for without end: so opened, it
	// ends at once.
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		if isKey(file) {
			return nil, errors.New("a key is given where the name of its file is wanted")
		}
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxKey+1))
	if err == nil && len(text) > MaxKey {
		return nil, fmt.Errorf("%s has more than %d bytes: no key is that long", file, MaxKey)
	}
	return text, err
}

// isKey tells whether a text has several lines, or ends with what may be the
// line of a key.
func isKey(text string) bool {
	if strings.Contains(text, "\n") {
		return true
	}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return false
	}
	data, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	return err == nil && len(data) > 40
}

// Verify holds the files against the manifest, and the manifest against its
// signature if there is a key. It gives what is wrong, and counts what is beyond
// the bound.
func (p *Pack) Verify(key *minisign.PublicKey) []error {
	var wrong []error
	if p.Manifest.Sum != p.Manifest.sum() || !bytes.Equal(p.manifest, JSON(p.Manifest)) {
		wrong = append(wrong, fmt.Errorf("%s is not as it was written: its own hash is another", ManifestName))
	}
	wrong = append(wrong, p.verifyFiles()...)
	wrong = append(wrong, p.verifyRules()...)
	if err := p.verifySignature(key); err != nil {
		wrong = append(wrong, err)
	}
	if len(wrong) > maxWrong {
		wrong = append(wrong[:maxWrong], fmt.Errorf("%d more is wrong", len(wrong)-maxWrong))
	}
	return wrong
}

// maxWrong is how much that is wrong with a pack is told.
const maxWrong = 1000

// verifyFiles holds the files against those that the manifest lists. It may list
// one any number of times, and its hash is made once.
func (p *Pack) verifyFiles() []error {
	var wrong []error
	left := map[string][]byte{}
	for _, f := range p.Files {
		left[f.Path] = f.Data
	}
	listed := map[string]bool{}
	for _, sum := range p.Manifest.Files {
		data, there := left[sum.Path]
		delete(left, sum.Path)
		switch {
		case listed[sum.Path]:
			wrong = append(wrong, fmt.Errorf("%s is listed twice", sum.Path))
		case !there:
			wrong = append(wrong, fmt.Errorf("%s is listed, and missing", sum.Path))
		case Hash(data) != sum.SHA256:
			wrong = append(wrong, fmt.Errorf("%s is not the file that the manifest lists: its hash is another", sum.Path))
		}
		listed[sum.Path] = true
	}
	for _, path := range slices.Sorted(maps.Keys(left)) {
		wrong = append(wrong, fmt.Errorf("%s is there, and not listed", path))
	}
	return wrong
}

// Sound tells whether each rule is one, with files of its own: then to look at
// the files of each is to look at each file once.
func (p *Pack) Sound() bool { return len(p.verifyRules()) == 0 }

// verifyRules wants each rule to be one, with files of its own.
func (p *Pack) verifyRules() []error {
	var wrong []error
	listed, ids, artifacts, owned := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, sum := range p.Manifest.Files {
		listed[sum.Path] = true
	}
	for _, r := range p.Manifest.Rules {
		if ids[r.ID] || artifacts[r.Artifact] {
			wrong = append(wrong, fmt.Errorf("rule %s is there twice, or another has its artifact %q", r.ID, r.Artifact))
		}
		ids[r.ID], artifacts[r.Artifact] = true, true
		for _, path := range r.Files {
			switch {
			case !listed[path]:
				wrong = append(wrong, fmt.Errorf("rule %s names %s, which the manifest does not list", r.ID, path))
			case owned[path]:
				wrong = append(wrong, fmt.Errorf("rule %s names %s, which is a file of another rule", r.ID, path))
			}
			owned[path] = true
		}
	}
	return wrong
}

func (p *Pack) verifySignature(key *minisign.PublicKey) error {
	switch {
	case key == nil:
		return nil
	case p.Signature == nil:
		return errors.New("the pack is not signed")
	case !minisign.Verify(*key, p.manifest, p.Signature):
		return fmt.Errorf("the signature is not of this manifest by key %X", key.ID())
	}
	return nil
}
