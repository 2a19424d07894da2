# make package VERSION=1.2.3 [ARCH=arm64] builds the .deb and the .rpm into build/.
# The same sources and version make the same files.

VERSION ?= 0.0.0
ARCH ?= $(shell go env GOARCH)
NFPM = go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2

export VERSION ARCH
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)

FLAGS = -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

.PHONY: package
package:
	rm -rf build && mkdir -p build/completions
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build $(FLAGS) -o build/tocsin ./cmd/tocsin
	go run -tags man -ldflags '-X main.version=$(VERSION)' ./cmd/tocsin build/man
	gzip -9n build/man/*
	for shell in bash fish zsh; do go run ./cmd/tocsin completion $$shell > build/completions/$$shell || exit 1; done
	printf 'tocsin (%s-1) unstable; urgency=medium\n\n  * Version %s.\n\n -- The tocsin authors <tocsin@tocsin.example.org>  %s\n' \
		'$(VERSION)' '$(VERSION)' "$$(date -u -R -d @$(SOURCE_DATE_EPOCH))" | gzip -9n > build/changelog.gz
	$(NFPM) package --config deploy/nfpm.yaml --packager deb --target build/
	$(NFPM) package --config deploy/nfpm.yaml --packager rpm --target build/
