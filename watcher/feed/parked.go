package feed

import "bytes"

// parkedMarks are what the pages of parked domains hold, in lower case: whom they
// load their advertisements from, or what they say.
var parkedMarks = [][]byte{
	[]byte("sedoparking.com"),
	[]byte("parkingcrew.net"),
	[]byte("bodis.com"),
	[]byte("parklogic.com"),
	[]byte("hugedomains.com/domain_profile"),
	[]byte("afternic.com/forsale"),
	[]byte("dan.com/buy-domain"),
	[]byte("window.location.href=\"/lander\""), // GoDaddy
	[]byte("this domain is for sale"),
	[]byte("this domain may be for sale"),
	[]byte("buy this domain"),
	[]byte("domain is parked"),
	[]byte("parked free, courtesy of"),
	[]byte("this domain has expired"),
}

// isParked reports whether a page, which is no feed, is that of a parked domain, by
// its begin.
func isParked(page []byte) bool {
	page = bytes.ToLower(page[:min(len(page), maxWall)])
	for _, mark := range parkedMarks {
		if bytes.Contains(page, mark) {
			return true
		}
	}
	return false
}
