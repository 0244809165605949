// A clock that a background tab does not slow down: workers are not throttled.
setInterval(() => postMessage(0), 1000);
