/* What describe.c writes with: C literals, arrays and recipe values.

   Recipe values nest, so each pointer is written in place, as a compound literal:

     {"rotate", 1, (const struct net_arg[]){{.kind = NET_NUM, .num = 20}}}

   Numbers are the shortest that read back exactly. Strings escape all but plain ASCII, `?` too (no trigraph survives),
   and break at line ends. */
#include "gen/writer.h"
#include <math.h>
#include <string.h>

const char *text_of(const Writer *w, Name name) {
  return name_text(w->c->names, name);
}

void write_string_len(const Writer *w, const char *s, size_t len) {
  enum { LINE = 100 };
  text_add(w->to, "\"");
  for (size_t i = 0, used = 0; i < len; i++, used++) {
    unsigned char b = (unsigned char)s[i];
    if (b == '\n')
      text_add(w->to, "\\n");
    else if (b < ' ' || b > '~' || strchr("\"\\?", b))
      text_add(w->to, "\\%03o", b);
    else
      text_add_len(w->to, s + i, 1);
    if (i + 1 < len && (b == '\n' || used == LINE)) {
      text_add(w->to, "\"\n  \"");
      used = 0;
    }
  }
  text_add(w->to, "\"");
}

void write_string(const Writer *w, const char *s) {
  write_string_len(w, s, strlen(s));
}

void write_name(const Writer *w, Name name) {
  write_string(w, text_of(w, name));
}

void write_number(const Writer *w, double v) {
  if (isfinite(v))
    text_number(w->to, v);
  else
    text_add(w->to, isnan(v) ? "__builtin_nan(\"\")" : v > 0 ? "__builtin_inf()" : "-__builtin_inf()");
}

void write_dims(const Writer *w, const Type *t) {
  text_add(w->to, "%d, {", t->rank);
  for (int i = 0; i < t->rank || !i; i++)
    text_add(w->to, "%s%d", i ? ", " : "", i < t->rank ? t->dim[i] : 0);
  text_add(w->to, "}");
}

const char *elem_text(const Type *t) {
  return t->elem == I32 ? "NET_I32" : "NET_F32";
}

/* ---- recipe values ---- */

static void write_args(const Writer *w, const RecipeArg *args, int count);

static void write_call(const Writer *w, const RecipeCall *call) {
  text_add(w->to, "{");
  write_name(w, call->name);
  text_add(w->to, ", %d, ", call->args.count);
  write_args(w, call->args.at, call->args.count);
  text_add(w->to, "}");
}

void write_call_pointer(const Writer *w, const RecipeCall *call) {
  if (!call) {
    text_add(w->to, "0");
    return;
  }
  text_add(w->to, "&(const struct net_call)");
  write_call(w, call);
}

static void write_arg(const Writer *w, const RecipeArg *a) {
  text_add(w->to, "{");
  if (a->name) {
    text_add(w->to, ".name = ");
    write_name(w, a->name);
    text_add(w->to, ", ");
  }
  switch (a->kind) {
  case RECIPE_NUM:
    text_add(w->to, ".kind = NET_NUM, .num = ");
    write_number(w, a->num);
    break;
  case RECIPE_TEXT:
    text_add(w->to, ".kind = NET_TEXT, .text = ");
    write_name(w, a->text);
    break;
  case RECIPE_LIST:
    text_add(w->to, ".kind = NET_LIST, .count = %d, .list = ", a->list.count);
    write_args(w, a->list.at, a->list.count);
    break;
  case RECIPE_CALL:
    text_add(w->to, ".kind = NET_CALL, .call = ");
    write_call_pointer(w, a->call);
    break;
  }
  text_add(w->to, "}");
}

static void write_args(const Writer *w, const RecipeArg *args, int count) {
  text_add(w->to, count ? "(const struct net_arg[]){" : "0");
  for (int i = 0; i < count; i++) {
    text_add(w->to, i ? ", " : "");
    write_arg(w, &args[i]);
  }
  text_add(w->to, count ? "}" : "");
}

/* ---- arrays ---- */

void begin_array(const Writer *w, const char *kind, const char *name, int count) {
  if (count)
    text_add(w->to, "static const %s %s[] = {\n", kind, name);
}

void end_array(const Writer *w, int count) {
  if (count)
    text_add(w->to, "};\n");
}

void write_pointer(const Writer *w, const char *name, int count) {
  text_add(w->to, "%s", count ? name : "0");
}

void write_counted(const Writer *w, const char *count, const char *field, const char *array, int n) {
  text_add(w->to, ",\n  .%s = %d, .%s = ", count, n, field);
  write_pointer(w, array, n);
}

void write_names(const Writer *w, const char *array, const Name *names, int count) {
  begin_array(w, "char *const", array, count);
  for (int i = 0; i < count; i++) {
    text_add(w->to, "  ");
    write_name(w, names[i]);
    text_add(w->to, ",\n");
  }
  end_array(w, count);
}

const char *indexed(const Writer *w, const char *stem, int i) {
  return arena_printf(w->c->mem, "%s_%d", stem, i);
}

void write_props(const Writer *w, const char *name, const RecipeProp *props, int count) {
  begin_array(w, "struct net_prop", name, count);
  for (int i = 0; i < count; i++) {
    text_add(w->to, "  {");
    write_name(w, props[i].name);
    text_add(w->to, ", ");
    write_arg(w, &props[i].value);
    text_add(w->to, "},\n");
  }
  end_array(w, count);
}

void write_calls(const Writer *w, const char *name, const RecipeCall *calls, int count) {
  begin_array(w, "struct net_call", name, count);
  for (int i = 0; i < count; i++) {
    text_add(w->to, "  ");
    write_call(w, &calls[i]);
    text_add(w->to, ",\n");
  }
  end_array(w, count);
}
