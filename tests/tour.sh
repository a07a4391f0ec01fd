#!/bin/sh
# Prints a Markdown page with its dumps made anew: the fenced block after a line `<!-- $ command -->` is replaced by what the
# command prints. NETC's folder stands first in PATH.
PATH=$(dirname "$NETC"):$PATH
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
    '<!-- $ '*' -->')
      command=${line#'<!-- $ '}
      echo '```'
      sh -c "${command%' -->'}" < /dev/null
      echo '```'
      IFS= read -r fence
      while IFS= read -r fence && [ "$fence" != '```' ]; do :; done ;;
  esac
done < "$1"
