# The two commands of the README, and what they need. Everything else is plain cargo.

.PHONY: run test bench models toolchain

## Build, and read the documents under fixtures/seeds into out/.
run: toolchain models
	cargo run --locked --quiet -- extract fixtures/seeds -o out
	@echo "The records are in out/: documents, forms, funds, indicators, statements (.jsonl)." >&2

## Build and run all tests.
test: toolchain models
	cargo test --locked

## Measure; docs/performance.md says what the figures mean.
bench: toolchain
	cargo bench --locked

## Fetch what scans are recognised with into models/ (once). Without a network the rest works all the same.
models:
	@if command -v python3 >/dev/null 2>&1; then python3 scripts/fetch_models.py || true; else \
	  echo "make: python3 is missing, so the recognition models are not fetched; scans cannot be read" >&2; fi

toolchain:
	@command -v cargo >/dev/null 2>&1 || { \
	  echo "make: cargo is missing. Install a Rust toolchain from https://rustup.rs and open a new shell." >&2; exit 1; }
	@command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || { \
	  echo "make: no C compiler to link with. On Debian: apt-get install gcc libc6-dev" >&2; exit 1; }
	@needed=$$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml); \
	found=$$(rustc --version 2>/dev/null | sed 's/^rustc \([0-9.]*\).*/\1/'); \
	awk -v n="$$needed" -v f="$$found" 'BEGIN { split(n, a, "."); split(f, b, "."); \
	  for (i = 1; i <= 3; i++) { if (b[i] + 0 > a[i] + 0) exit 0; if (b[i] + 0 < a[i] + 0) exit 1 } exit 0 }' || { \
	  echo "make: Rust $$needed or newer is needed, found $${found:-none}. Run: rustup update stable" >&2; exit 1; }
