#!/bin/sh
# Installs modemscope from the folder that this script lies in, without a package manager.
#
#     ./install.sh [--prefix DIR] [--udev]      DIR: ~/.local unless told; --udev: the rule for USB-TTL adapters too (as root)
#     ./install.sh --remove [--prefix DIR]      takes away what an install put there, and nothing else
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=$HOME/.local
udev=false
remove=false
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) [ $# -ge 2 ] || { echo "install.sh: --prefix wants a folder behind it" >&2; exit 2; }; prefix=$2; shift ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --udev) udev=true ;;
    --remove) remove=true ;;
    *) echo "install.sh: expected --prefix DIR, --udev or --remove; found “$1”" >&2; exit 2 ;;
    esac
    shift
done

list=$prefix/share/doc/modemscope/installed-files
if $remove; then
    [ -f "$list" ] || { echo "install.sh: nothing was installed under $prefix (no $list)" >&2; exit 3; }
    while IFS= read -r file; do rm -f -- "$prefix/$file"; done <"$list"
    rm -f -- "$list"
    find "$prefix/share/doc/modemscope" -depth -type d -empty -delete 2>/dev/null || true
    echo "removed from $prefix; your settings, macros and captures stay where they are"
    exit 0
fi

mkdir -p "$prefix/share/doc/modemscope"
cd "$here"
find bin share -type f | sort | while IFS= read -r file; do
    mkdir -p "$prefix/$(dirname "$file")"
    cp -p "$file" "$prefix/$file.new"
    mv -f "$prefix/$file.new" "$prefix/$file"
    echo "$file"
done >"$list.new"
mv -f "$list.new" "$list"
sed "s|^Exec=modemscope|Exec=$prefix/bin/modemscope|" share/applications/*.desktop >"$prefix/share/applications/io.github.modemscope.modemscope.desktop"
if $udev; then
    cp lib/udev/rules.d/60-modemscope.rules /etc/udev/rules.d/
    udevadm control --reload 2>/dev/null || true
fi
echo "installed under $prefix"
case :$PATH: in
*:"$prefix/bin":*) ;;
*) echo "$prefix/bin is not in your PATH: start $prefix/bin/modemscope, or add the folder to PATH" ;;
esac
$udev || echo "keep ModemManager off USB-TTL adapters: sudo cp $here/lib/udev/rules.d/60-modemscope.rules /etc/udev/rules.d/"
