/* Arena: memory that is freed all at once. One per compilation, one per pass. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *a);                                    /* frees everything ever allocated from it */
void *arena_alloc(Arena *a, size_t size);                     /* zeroed, 16-byte aligned, never NULL */
void *arena_grow(Arena *a, void *old, size_t had, size_t want); /* copies; the old bytes stay allocated */
char *arena_strndup(Arena *a, const char *s, size_t len);
char *arena_printf(Arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
