package slack

// MayAnswer is mayAnswer of a client for that address of methods.
func MayAnswer(apiURL, address string) bool { return NewClient("", apiURL, nil).mayAnswer(address) }
