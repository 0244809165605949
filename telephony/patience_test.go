package telephony_test

import "time"

// patience is how long these tests wait for what must happen: longer than the
// busiest machine takes, as only a test that fails waits so long.
const patience = 40 * time.Second
