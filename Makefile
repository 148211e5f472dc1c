# The two commands for a fresh machine are `make demo` and `make test`. Everything else is CMake with presets.
.PHONY: demo deps wheel test test-dev test-sanitize test-libcxx test-python test-spark bench fuzz format tidy symbols clean
JOBS ?= $(shell nproc)
# The long tests wait for servers as much as for processors.
TESTS_AT_ONCE ?= $(shell expr 2 \* $(JOBS))
# Tests write much, and wait for the disk with each file. TMPDIR=/tmp has them use the disk.
test-dev test-sanitize test-python: export TMPDIR := $(or $(TMPDIR),$(shell scripts/test-folder.sh))

# Copies sample backups into a mail archive and back again, and shows that nothing was lost or doubled.
demo:
	scripts/install-packages.sh build
	cmake --preset release -DSMSBACKUP_TESTS=OFF -DSMSBACKUP_BENCH=OFF >/dev/null
	cmake --build --preset release --parallel $(JOBS) --target smsbackup_tool
	scripts/demo.sh build/release

# What building the library and the Python package needs.
deps:
	scripts/install-packages.sh python

# A Python wheel that needs nothing but Python, in build/python/wheelhouse. VERSION=3.12
wheel: deps
	JOBS=$(JOBS) scripts/wheel.sh $(VERSION)

# All tests with coverage, all tests under ASan and UBSan, the library with clang and libc++, and the Python package.
test: test-libcxx test-dev test-sanitize test-python

test-libcxx:
	scripts/install-packages.sh test
	cmake --preset libcxx >/dev/null
	cmake --build --preset libcxx --parallel $(JOBS)

test-dev:
	scripts/install-packages.sh test
	cmake --preset coverage >/dev/null
	cmake --build --preset coverage --parallel $(JOBS)
	ctest --preset coverage --parallel $(TESTS_AT_ONCE)
	scripts/coverage.sh build/coverage

test-sanitize:
	scripts/install-packages.sh test
	cmake --preset sanitize >/dev/null
	cmake --build --preset sanitize --parallel $(JOBS)
	ctest --preset sanitize --parallel $(TESTS_AT_ONCE)

# The Python package with every CPython that is here: all tests with the newest, all but the slow ones with the others.
# SMSBACKUP_PYTHONS="3.11" picks.
test-python:
	scripts/install-packages.sh python-test
	JOBS=$(JOBS) scripts/test-python.sh

# The Spark data source on a cluster of processes; downloads pyspark (430 MB), so it is no part of `make test`.
test-spark:
	scripts/install-packages.sh spark
	JOBS=$(JOBS) scripts/test-spark.sh

# Prints each figure as a ratio against a peer or a bound measured in the same run.
bench:
	scripts/install-packages.sh bench
	cmake --preset release -DSMSBACKUP_TESTS=OFF >/dev/null
	cmake --build --preset release --parallel $(JOBS)
	scripts/bench.sh build/release

# FUZZ=name SECONDS=60
FUZZ ?= mail
SECONDS ?= 60
fuzz:
	scripts/install-packages.sh test
	cmake --preset fuzz >/dev/null
	cmake --build --preset fuzz --parallel $(JOBS) --target fuzz_$(FUZZ)
	build/fuzz/tests/fuzz/fuzz_$(FUZZ) -max_total_time=$(SECONDS) tests/fuzz/corpus/$(FUZZ)

format:
	git ls-files '*.hpp' '*.cpp' | xargs clang-format -i

tidy:
	cmake --preset dev >/dev/null
	git ls-files 'src/*.cpp' 'examples/*.cpp' | xargs clang-tidy -p build/dev --quiet

# After a wanted change of the public interface: rewrites the list that a test compares with.
symbols:
	cmake --preset dev >/dev/null
	cmake --build --preset dev --parallel $(JOBS) --target smsbackup_shared
	tests/package/symbols.sh list build/dev/src > tests/package/symbols.txt

clean:
	rm -rf build
