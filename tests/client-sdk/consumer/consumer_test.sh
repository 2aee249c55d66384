#!/usr/bin/env bash
# Somebody else's project, outside of this tree, is built against the installed package: with clang 19 and with g++ 12, by
# CMake, and once by pkg-config. Its programs are the blocks of the SDK's guide that are marked with a file's name; they are
# run, one of them against a real server. Needs DAYBOOK_SOURCE, DAYBOOK_BUILD (the build folder) and DAYBOOK_BIN.
set -euo pipefail
: "${DAYBOOK_SOURCE:?}" "${DAYBOOK_BUILD:?}" "${DAYBOOK_BIN:?}"

# Always the same folder, so that ccache finds what the last run compiled.
work=$DAYBOOK_BUILD/consumer prefix=$DAYBOOK_BUILD/consumer/prefix
server=
finish() {
  local status=$?
  [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server"; } || true
  rm -rf "$work/data" "$work/out"
  exit $status
}
trap finish EXIT
fail() { echo "$*" >&2; exit 1; }

rm -rf "$work"
mkdir -p "$work/src"
cmake --install "$DAYBOOK_BUILD" --component sdk --prefix "$prefix" >"$work/install.log"

echo "--- what is installed"
for file in include/daybook/client.hpp include/daybook/threaded_client.hpp include/daybook/testing/fake_server.hpp \
  include/daybook/schema/wire.capnp include/daybook/schema/wire.capnp.h include/daybook/model/project.hpp \
  share/doc/daybook/README.md share/doc/daybook/PROTOCOL.md share/doc/daybook/examples/board_tail.cpp; do
  [ -s "$prefix/$file" ] || fail "$file is not installed"
done
# Nothing of ours beside our folder, and nothing that is found only in our sources.
[ "$(ls "$prefix/include")" = daybook ] || fail "there is more than daybook/ below include/"
! grep -rnE '^ *# *include "(model|schema|client-sdk)/' "$prefix/include" || fail "an include of the source tree is left"
! grep -rnE '^ *# *include *<(boost/beast|lmdb)' "$prefix/include" || fail "Beast or LMDB is in a public header"

# The guide's programs: <!-- NAME.cpp --> in front of a block of C++.
cp -r "$DAYBOOK_SOURCE"/tests/client-sdk/consumer/{CMakeLists.txt,theirs} "$work/src"
awk -v to="$work/src/" '
  /^<!-- [a-z_]+\.cpp -->$/ { file = to $2; next }
  file && /^```cpp$/ { inside = 1; next }
  inside && /^```$/ { inside = 0; file = ""; next }
  inside { print >file }' "$DAYBOOK_SOURCE/client-sdk/README.md"

# The compilers of a fresh Debian 12; on other machines what there is.
for compiler in clang++-19 g++; do
  echo "--- CMake with $compiler"
  build=$work/build-$compiler
  cmake -S "$work/src" -B "$build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" \
    $(command -v ccache >/dev/null && echo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache) >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; fail "find_package(daybook) does not work"; }
  cmake --build "$build"
  ! ninja -C "$build" -t deps 2>/dev/null | grep -E 'boost/beast|lmdb\.h' || fail "Beast or LMDB comes along"
  "$build/app_test"
done

echo "--- the installed examples, as a project of their own"
cmake -S "$prefix/share/doc/daybook/examples" -B "$work/build-examples" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_CXX_COMPILER=g++ $(command -v ccache >/dev/null && echo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache) \
  >"$work/build-examples.log" 2>&1 || { cat "$work/build-examples.log" >&2; fail "the examples are no project"; }
cmake --build "$work/build-examples"
for example in board-tail audit-tail risk-bot board-tui; do
  "$work/build-examples/daybook-$example" --help | grep -q "^usage: daybook-$example" || fail "$example has no help"
done

echo "--- pkg-config with g++"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046  # words
$(command -v ccache || true) g++ $(pkg-config --cflags daybook-testing) -c "$work/src/app_test.cpp" -o "$work/app_test.o"
# shellcheck disable=SC2046
g++ "$work/app_test.o" $(pkg-config --libs daybook-testing) -o "$work/app_test"
"$work/app_test"

echo "--- against a server"
mkfifo "$work/out"
"$DAYBOOK_BIN/daybookd" --data "$work/data" --listen 127.0.0.1:0 --demo >"$work/out" 2>"$work/server.log" </dev/null &
server=$!
exec 3<"$work/out"
url='' token=''
while [ -z "$url" ] || [ -z "$token" ]; do
  read -r -t 60 line <&3 || fail "the server did not say its address and token"
  [[ ! $line =~ http://[0-9.]+:[0-9]+ ]] || url=${BASH_REMATCH[0]}
  [[ ! $line =~ dbk_[A-Za-z0-9_-]+ ]] || token=${BASH_REMATCH[0]}
done
cat <&3 >/dev/null &
for compiler in clang++-19 g++; do
  timeout 60 "$work/build-$compiler/first_app" "$url" "$token" | tee "$work/said"
  grep -q '^T-[0-9]' "$work/said" || fail "the guide's first app showed no task"
  grep -q '^accepted' "$work/said" || fail "the guide's first app did not create its task"
done
