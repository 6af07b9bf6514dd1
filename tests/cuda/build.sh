#!/bin/sh
# build.sh FOLDER: puts the stand-in for NVIDIA's driver there, to be found by LD_LIBRARY_PATH=FOLDER.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
gcc -O2 -w -fPIC -shared -DSOURCE="\"$here\"" -o "$1/libcuda.so.1" "$here/driver.c" -ldl
ln -sf libcuda.so.1 "$1/libcuda.so"
