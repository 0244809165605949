// Package frontend holds the built pages that browsers load.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files returns the built pages, index.html at the root. A build without Node
// has one page only, which says so.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is named above
	}
	return files
}
