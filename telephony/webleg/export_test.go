package webleg

// Tidy is tidy, for what no page of the tests would send.
var Tidy = tidy
