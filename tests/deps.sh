#!/bin/sh
# Looks for the tools and headers that building and testing need, installs what is missing through apt-get, and writes where
# LLVM is to the file given. Silent when everything is there.
set -u
LLVM=19

llvm_config() {
  command -v llvm-config-$LLVM || { test -x /usr/lib/llvm-$LLVM/bin/llvm-config && echo /usr/lib/llvm-$LLVM/bin/llvm-config; }
}
has() {
  case $1 in
    *.h) for d in /usr/include /usr/include/*-linux-gnu /usr/local/include; do
           test -f "$d/$1" && return 0
         done
         return 1 ;;
    llvm) llvm_config > /dev/null ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

# package and what it is recognised by
missing=
while read -r package probe; do
  has "$probe" || missing="$missing $package"
done << END
gcc                     cc
libc6-dev               stdio.h
binutils                ar
bison                   bison
flex                    flex
clang                   clang
llvm-$LLVM-dev          llvm
libopenblas-pthread-dev openblas-pthread/cblas.h
libpng-dev              png.h
libjpeg-dev             jpeglib.h
zlib1g-dev              zlib.h
libjansson-dev          jansson.h
libexpat1-dev           expat.h
libcmocka-dev           cmocka.h
END

if [ -n "$missing" ]; then
  if ! command -v apt-get > /dev/null; then
    echo "missing, to be installed by hand (Debian's names):$missing" >&2
    exit 1
  fi
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
      echo "missing; as root: apt-get install$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  echo "installing what is missing: $as_root apt-get install$missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get -q update >&2 || exit 1
  $as_root apt-get -qy -o Dpkg::Use-Pty=0 install --no-install-recommends $missing >&2 || exit 1
fi

config=$(llvm_config) || { echo "LLVM $LLVM is not there, though its package is" >&2; exit 1; }
{
  echo "LLVM_INCLUDE := $($config --includedir)"
  echo "LLVM_LIBS := $($config --ldflags) $($config --libs core target native passes analysis bitwriter)"
} > "$1"
