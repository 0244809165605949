// Package frontend holds the built pages that browsers load.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files returns the built pages, index.html at the root. A build without Node
// has one page only, which says so: what Vite builds lies beside it, in app.
func Files() fs.FS {
	for _, folder := range []string{"dist/app", "dist"} {
		if _, err := fs.Stat(dist, folder+"/index.html"); err != nil {
			continue
		}
		files, err := fs.Sub(dist, folder)
		if err != nil {
			panic(err) // both are valid names
		}
		return files
	}
	panic("dist has no index.html: it is committed")
}
