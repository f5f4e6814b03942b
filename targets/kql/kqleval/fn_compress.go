package kqleval

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"unicode/utf8"
)

// decompressFunctions undo compression. The functions that compress are
// refused: which of the many forms of a text the service writes is not known.
func decompressFunctions() map[string]function {
	return map[string]function{
		"gzip_decompress_from_base64_string": {params: "s", ret: TString,
			apply: decompress(func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) })},
		"zlib_decompress_from_base64_string": {params: "s", ret: TString, apply: decompress(zlib.NewReader)},
	}
}

// decompress gives "" for what cannot be read, and stops where a text would
// be too long.
func decompress(open func(io.Reader) (io.ReadCloser, error)) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		raw, err := base64.StdEncoding.DecodeString(str(a[0]))
		if err != nil {
			return nil
		}
		r, err := open(bytes.NewReader(raw))
		if err != nil {
			return nil
		}
		out, err := io.ReadAll(io.LimitReader(r, maxText+1))
		if err != nil || rt.bigText(len(out)) || !utf8.Valid(out) {
			return nil
		}
		return String(out)
	}
}
