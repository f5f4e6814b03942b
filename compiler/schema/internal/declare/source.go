package declare

import (
	"bytes"
	"fmt"
	"go/format"
	"reflect"
	"strings"
)

// Go gives the declarations as the Go source of logs_gen.go.
func Go() ([]byte, error) {
	logs, err := Logs()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("// Code generated from internal/declare/logs by go generate; DO NOT EDIT.\n\npackage schema\n\n")
	b.WriteString("func declared() []*Log {\nreturn ")
	write(&b, reflect.ValueOf(logs), true)
	b.WriteString("\n}\n")
	return format.Source(b.Bytes())
}

// write writes a value as a Go literal, without the members that are zero. Its
// type is left out where the literal around it tells it.
func write(b *bytes.Buffer, v reflect.Value, typed bool) {
	name := strings.ReplaceAll(v.Type().String(), "schema.", "")
	switch v.Kind() {
	case reflect.Pointer:
		if typed {
			b.WriteString("&" + name[1:])
		}
		write(b, v.Elem(), false)
	case reflect.Slice:
		if typed {
			b.WriteString(name)
		}
		b.WriteString("{")
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.Pointer || v.Index(i).Kind() == reflect.Slice {
				b.WriteString("\n")
			}
			write(b, v.Index(i), false)
			b.WriteString(",")
		}
		b.WriteString("}")
	case reflect.Struct:
		if typed {
			b.WriteString(name)
		}
		b.WriteString("{")
		for i := range v.NumField() {
			if v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0 {
				continue
			}
			fmt.Fprintf(b, "%s: ", v.Type().Field(i).Name)
			write(b, v.Field(i), true)
			b.WriteString(",")
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(b, "%#v", v.Interface())
	}
}
