/* Writes a damaged copy of a text to standard output: `mutate FILE SEED`. One to four of the things that happen to texts: lines
   lost, doubled, swapped or cut; words exchanged; numbers made extreme; marks and bytes that belong nowhere. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 16 };

static uint64_t state;
static size_t below(size_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return n ? (size_t)(state >> 11) % n : 0;
}

typedef struct {
  char at[2 * ROOM];
  size_t len;
} Body;

static void splice(Body *b, size_t from, size_t gone, const char *put, size_t len) {
  if (from > b->len || gone > b->len - from || b->len - gone + len >= sizeof b->at)
    return;
  memmove(b->at + from + len, b->at + from + gone, b->len - from - gone);
  memcpy(b->at + from, put, len);
  b->len += len - gone;
}

/* A line's start, and its length with the newline. */
static size_t line_at(const Body *b, size_t *len) {
  size_t from = below(b->len + 1);
  while (from && b->at[from - 1] != '\n')
    from--;
  for (*len = 0; from + *len < b->len && b->at[from + (*len)++] != '\n';)
    ;
  return from;
}

static int is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t word_at(const Body *b, size_t *len) {
  size_t from = below(b->len);
  while (from < b->len && !is_word(b->at[from]))
    from++;
  for (*len = 0; from + *len < b->len && is_word(b->at[from + *len]);)
    ++*len;
  return from;
}

static void mutate(Body *b) {
  static const char *const marks[] = {"(",  ")",  "[", "]",  "{",  "}",   "->", ",",     ":",      "=",   "\"",   "..",  "*",
                                      "-",  "^",  "/", "\n", "#",  " if ", "%",  " then ", " else ", "\xff", "\\", " out ", " in "};
  static const char *const numbers[] = {"0", "-1", "1e308", "9007199254740993", "0.5", "1e-300", "65537", "2147483648", "1/0", "true"};
  char copy[4096];
  size_t len, other_len, from, other;
  switch (below(8)) {
  case 0: /* a line lost */
    from = line_at(b, &len);
    splice(b, from, len, "", 0);
    break;
  case 1: /* a line again, elsewhere */
    from = line_at(b, &len);
    len = len < sizeof copy ? len : sizeof copy;
    memcpy(copy, b->at + from, len);
    splice(b, line_at(b, &other_len), 0, copy, len);
    break;
  case 2: /* the rest lost */
    b->len = below(b->len + 1);
    break;
  case 3: /* a word in another's place */
    from = word_at(b, &len);
    len = len < sizeof copy ? len : sizeof copy;
    memcpy(copy, b->at + from, len);
    other = word_at(b, &other_len);
    splice(b, other, other_len, copy, len);
    break;
  case 4: /* an extreme number */
    do
      from = word_at(b, &len);
    while (len && (b->at[from] < '0' || b->at[from] > '9') && below(20));
    other = below(sizeof numbers / sizeof *numbers);
    splice(b, from, len, numbers[other], strlen(numbers[other]));
    break;
  case 5: /* a mark too many */
    other = below(sizeof marks / sizeof *marks);
    splice(b, below(b->len + 1), 0, marks[other], strlen(marks[other]));
    break;
  case 6: /* a byte lost */
    splice(b, below(b->len), 1, "", 0);
    break;
  default: /* a word lost */
    from = word_at(b, &len);
    splice(b, from, len, "", 0);
  }
}

int main(int argc, char **argv) {
  static Body body;
  FILE *f = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (!f) {
    fputs("usage: mutate FILE SEED\n", stderr);
    return 2;
  }
  body.len = fread(body.at, 1, ROOM, f);
  fclose(f);
  state = 0x9e3779b97f4a7c15u * (strtoull(argv[2], NULL, 10) + 1);
  for (size_t k = below(4) + 1; k > 0; k--)
    mutate(&body);
  fwrite(body.at, 1, body.len, stdout);
  return 0;
}
