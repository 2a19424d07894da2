package feed

import "testing"

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address         string
		public, private bool // permitted without and with private networks
	}{
		{"93.184.216.34:443", true, true},
		{"93.184.216.34:8080", true, true},
		{"[2606:4700::1]:443", true, true},
		{"127.0.0.1:80", false, true},
		{"10.1.2.3:80", false, true},
		{"172.31.0.1:80", false, true},
		{"192.168.1.1:80", false, true},
		{"100.64.0.1:80", false, true},
		{"[::1]:80", false, true},
		{"[fd12::1]:80", false, true},
		{"169.254.169.254:80", false, false},
		{"[fe80::1]:80", false, false},
		{"0.0.0.0:80", false, false},
		{"224.0.0.1:80", false, false},
		{"[::ffff:169.254.169.254]:80", false, false},
	} {
		network := "tcp4"
		if tt.address[0] == '[' {
			network = "tcp6"
		}
		for allowPrivate, want := range map[bool]bool{false: tt.public, true: tt.private} {
			if err := guard(allowPrivate)(network, tt.address, nil); (err == nil) != want {
				t.Errorf("%s with private networks %v: %v, want permitted %v", tt.address, allowPrivate, err, want)
			}
		}
	}
}
