# make package VERSION=1.2.3 [ARCH=arm64] builds the .deb and the .rpm into build/.
# The same sources and version make the same files.

VERSION ?= 0.0.0
ARCH ?= $(shell go env GOARCH)
NFPM = go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2

export VERSION ARCH
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)

FLAGS = -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# The licences of Go and of the libraries that are linked in.
LIBRARIES = { echo "go $$(go env GOROOT)"; GOOS=linux GOARCH=$(ARCH) CGO_ENABLED=0 go list -deps \
	-f '{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/tocsin | LC_ALL=C sort -u; } | \
	while read -r name dir; do for f in "$$dir"/LICEN[CS]E* "$$dir"/COPYING* "$$dir"/NOTICE*; do \
	if [ -f "$$f" ]; then printf '\n==== %s: %s ====\n\n' "$$name" "$${f\#\#*/}"; cat "$$f"; fi; done; done

.PHONY: package
package:
	rm -rf build && mkdir build
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build $(FLAGS) -o build/tocsin ./cmd/tocsin
	go run -tags man -ldflags '-X main.version=$(VERSION)' ./cmd/tocsin build
	gzip -9n build/man/*
	chmod -R u=rwX,go=rX build/man
	$(LIBRARIES) | gzip -9n > build/libraries.gz
	printf 'tocsin (%s-1) unstable; urgency=medium\n\n  * Version %s.\n\n -- The tocsin authors <tocsin@tocsin.example.org>  %s\n' \
		'$(VERSION)' '$(VERSION)' "$$(date -u -R -d @$(SOURCE_DATE_EPOCH))" | gzip -9n > build/changelog.gz
	$(NFPM) package --config deploy/nfpm.yaml --packager deb --target build/
	$(NFPM) package --config deploy/nfpm.yaml --packager rpm --target build/
