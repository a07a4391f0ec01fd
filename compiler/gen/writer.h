/* C text under construction: literals, arrays, recipe values. */
#ifndef GEN_WRITER_H
#define GEN_WRITER_H
#include "front/program.h"

typedef struct {
  const Ctx *c;
  Text *to;
} Writer;

const char *text_of(const Writer *w, Name name);
const char *elem_text(const Type *t);                          /* NET_F32 or NET_I32 */
const char *indexed(const Writer *w, const char *stem, int i); /* stem_i */

void write_string(const Writer *w, const char *s);
void write_string_len(const Writer *w, const char *s, size_t len); /* any bytes */
void write_name(const Writer *w, Name name);                       /* as a string */
void write_number(const Writer *w, double v);
void write_dims(const Writer *w, const Type *t);                  /* `2, {3, 4}`: rank and dim */
void write_call_pointer(const Writer *w, const RecipeCall *call); /* `0` for NULL */

/* `static const KIND NAME[] = {` and `};`. With count 0 neither is written: C has no empty arrays, and write_pointer
 * gives 0. */
void begin_array(const Writer *w, const char *kind, const char *name, int count);
void end_array(const Writer *w, int count);
void write_pointer(const Writer *w, const char *name, int count);
void write_counted(const Writer *w, const char *count, const char *field, const char *array,
                   int n); /* `, .count = n, .field = array` */
void write_names(const Writer *w, const char *array, const Name *names, int count);
void write_props(const Writer *w, const char *array, const RecipeProp *props, int count);
void write_calls(const Writer *w, const char *array, const RecipeCall *calls, int count);

#endif
