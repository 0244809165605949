// Package data is the demo's world: two shops, their feeds and their scripts.
package data

import "embed"

// Files holds the seed, the feeds and the scripts, by name.
//
//go:embed *.yaml *.yml
var Files embed.FS

// Seed is the name of the file that the others hang on.
const Seed = "demo.seed.yaml"
