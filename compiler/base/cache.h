/* The cache: what was costly to make, by the hash of what it was made from, shared by all programs and builds of a
   user.

   A folder of 256 folders, by the key's first two digits, and each of these keeps to its share of the whole by dropping
   what was not used for longest. A file is a mark, a hash of the rest, and the rest; one that is damaged is not there.
   Files appear whole, under their names (rename), so that builds at the same time do no harm. Whatever fails, fails
   silently: then nothing is remembered. All functions may be called from several threads. */
#ifndef BASE_CACHE_H
#define BASE_CACHE_H
#include "base/arena.h"
#include "base/hash.h"

enum { CACHE_SHARE = 1 << 20 }; /* bytes in each of the 256 */

const char *cache_folder(Arena *mem); /* $NETC_CACHE, $XDG_CACHE_HOME/netc or ~/.cache/netc; NULL: there is none */
/* What was put under this key, to be freed, or NULL. A folder that is NULL has nothing. */
void *cache_get(const char *folder, Hash key, size_t *len);
void cache_put(const char *folder, Hash key, const void *at, size_t len);

#endif
