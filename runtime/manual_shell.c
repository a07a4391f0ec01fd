/* Completion for shells: what a word may be follows from the command and from the option before it. A value is one of a
   few, a file, a folder, or something that nobody can guess. */
#include "manual.h"
#include <string.h>

struct guess {
  enum { NOTHING, FILES, FOLDERS, WORDS, COMMANDS } kind;
  const char *list; /* of WORDS: a|b */
};

static int has(const char *text, const char *word) {
  return strstr(text, word) != NULL;
}

/* What stands behind an option, or (words) behind all of them. */
static struct guess guess(const char *text, const char *values) {
  struct guess g = {NOTHING, values ? values : text};
  g.kind = values                                   ? WORDS
           : has(text, "FILE") || has(text, "PICTURE") || has(text, "RUN") ? FILES
           : has(text, "DIR") || has(text, "FOLDER")  ? FOLDERS
           : has(text, "COMMAND")                     ? COMMANDS
           : has(text, "|")                           ? WORDS
                                                      : NOTHING;
  return g;
}

/* Each of a|b or [a|b], with `before` and `after`; single quotes and backslashes as `quote` has them. */
static void each(const char *list, const char *before, const char *quote, const char *after, FILE *out) {
  for (const char *at = list + (*list == '['); *at && *at != ']'; at += *at == '|') {
    fputs(before, out);
    for (; *at && *at != '|' && (*at != ']' || *list != '['); at++)
      if (*at == '\'')
        fputs(quote, out);
      else
        fputc(*at, out);
    fputs(after, out);
  }
}

/* Single-quoted for any of the shells. */
static void quoted(const char *text, const char *quote, FILE *out) {
  fputc('\'', out);
  for (; *text; text++)
    if (*text == '\'')
      fputs(quote, out);
    else
      fputc(*text, out);
  fputc('\'', out);
}
static const char POSIX[] = "'\\''", FISH[] = "\\'";

/* A function's name. */
static void identifier(const char *name, FILE *out) {
  for (; *name; name++)
    fputc(has("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", (char[]){*name, 0}) ? *name : '_', out);
}

static int shown(const struct manual_option *o) {
  return o->rare < 2;
}

/* ---- bash ---- */

static void bash_guess(const struct manual *m, struct guess g, FILE *out) {
  if (g.kind == WORDS) {
    fputs("words='", out);
    each(g.list, "", POSIX, "\n", out);
    fputc('\'', out);
  } else if (g.kind == COMMANDS)
    fputs("words=$commands", out);
  else if (g.kind == FILES && m->files)
    fprintf(out, "files='!*%s'", m->files);
  else
    fputs(g.kind == FILES ? "files='!*'" : g.kind == FOLDERS ? "folders=1" : ":", out);
}

static void bash_command(const struct manual *m, const struct manual_command *c, FILE *out) {
  struct manual any = *m;
  any.files = NULL; /* an option's file is of any kind */
  fprintf(out, "  %s)\n    case $prev in\n", c->name);
  for (int i = 0; i < c->options; i++) {
    const struct manual_option *o = &c->option[i];
    if (!shown(o) || !o->arg)
      continue;
    fprintf(out, "    --%s", o->name);
    if (o->letter)
      fprintf(out, "|-%c", o->letter);
    fputs(") ", out);
    bash_guess(&any, guess(o->arg, o->values), out);
    fputs(" ;;\n", out);
  }
  fputs("    *) case $cur in\n      -*) words='", out);
  for (int i = 0; i < c->options; i++)
    if (shown(&c->option[i]))
      fprintf(out, "--%s\n", c->option[i].name);
  fputs("' ;;\n      *) ", out);
  bash_guess(m, guess(c->words, NULL), out);
  fputs(" ;;\n      esac ;;\n    esac ;;\n", out);
}

static void bash(const struct manual *m, FILE *out) {
  fprintf(out, "# bash completion for %s, written by `%s completion bash`\n_", m->name, m->name);
  identifier(m->name, out);
  fputs("() {\n"
        "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files= folders= word commands\n"
        "  COMPREPLY=()\n  commands='",
        out);
  for (int i = 0; i < m->commands; i++)
    fprintf(out, "%s\n", m->command[i].name);
  fputs("'\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words=$commands; fi\n"
        "  if [ \"$COMP_CWORD\" -gt 1 ]; then case ${COMP_WORDS[1]} in\n",
        out);
  for (int i = 0; i < m->commands; i++)
    bash_command(m, &m->command[i], out);
  fputs("  esac; fi\n"
        "  while IFS= read -r word; do\n"
        "    [[ -n $word && $word == \"$cur\"* ]] && COMPREPLY+=(\"$(printf %q \"$word\")\")\n"
        "  done <<< \"$words\"\n"
        "  if [ -n \"$files$folders\" ]; then\n"
        "    compopt -o filenames 2> /dev/null\n"
        "    while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -d -- \"$cur\"\n"
        "      if [ -n \"$files\" ]; then compgen -f -X \"$files\" -- \"$cur\"; fi)\n"
        "  fi\n}\ncomplete -F _",
        out);
  identifier(m->name, out);
  fprintf(out, " %s\n", m->name);
}

/* ---- zsh ---- */

/* A doc within '…[doc]…': brackets and colons mean something there. */
static void zsh_doc(const char *text, FILE *out) {
  for (; *text; text++) {
    if (has("[]:\\", (char[]){*text, 0}))
      fputc('\\', out);
    if (*text == '\'')
      fputs(POSIX, out);
    else
      fputc(*text == '\n' ? ' ' : *text, out);
  }
}

static void zsh_guess(const struct manual *m, struct guess g, FILE *out) {
  if (g.kind == WORDS) {
    fputc('(', out);
    each(g.list, "\"", POSIX, "\" ", out);
    fputc(')', out);
  } else if (g.kind == COMMANDS) {
    fputc('(', out);
    for (int i = 0; i < m->commands; i++)
      fprintf(out, "%s ", m->command[i].name);
    fputc(')', out);
  } else if (g.kind == FILES && m->files)
    fprintf(out, "_files -g \"*%s\"", m->files);
  else
    fputs(g.kind == FILES ? "_files" : g.kind == FOLDERS ? "_files -/" : " ", out);
}

static void zsh_option(const struct manual_option *o, FILE *out) {
  struct manual any = {.files = NULL};
  if (o->letter)
    fprintf(out, "    '(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter, o->name);
  else
    fprintf(out, "    '--%s[", o->name);
  zsh_doc(o->doc, out);
  fputc(']', out);
  if (o->arg) {
    fputc(':', out);
    zsh_doc(o->arg, out);
    fputc(':', out);
    zsh_guess(&any, guess(o->arg, o->values), out);
  }
  fputs("' \\\n", out);
}

static void zsh(const struct manual *m, FILE *out) {
  fprintf(out, "#compdef %s\n# zsh completion, written by `%s completion zsh`\n_", m->name, m->name);
  identifier(m->name, out);
  fputs("() {\n  local -a commands\n  commands=(\n", out);
  for (int i = 0; i < m->commands; i++) {
    fprintf(out, "    '%s:", m->command[i].name);
    zsh_doc(m->command[i].summary, out);
    fputs("'\n", out);
  }
  fputs("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
        "  shift words; (( CURRENT-- ))\n  case $words[1] in\n",
        out);
  for (int i = 0; i < m->commands; i++) {
    const struct manual_command *c = &m->command[i];
    fprintf(out, "  %s) _arguments \\\n", c->name);
    for (int k = 0; k < c->options; k++)
      if (shown(&c->option[k]))
        zsh_option(&c->option[k], out);
    fputs("    '*:word:", out);
    zsh_guess(m, guess(c->words, NULL), out);
    fputs("' ;;\n", out);
  }
  fputs("  esac\n}\nif [ \"$funcstack[1]\" = _", out);
  identifier(m->name, out);
  fputs(" ]; then _", out);
  identifier(m->name, out);
  fputs(" \"$@\"; else compdef _", out);
  identifier(m->name, out);
  fprintf(out, " %s; fi\n", m->name);
}

/* ---- fish ---- */

static void fish_guess(const struct manual *m, struct guess g, int is_option, FILE *out) {
  if (g.kind == WORDS) {
    fputs(" -x -a '", out);
    each(g.list, "\"", FISH, "\" ", out);
    fputc('\'', out);
  } else if (g.kind == COMMANDS) {
    fputs(" -x -a '", out);
    for (int i = 0; i < m->commands; i++)
      fprintf(out, "%s ", m->command[i].name);
    fputc('\'', out);
  } else if (g.kind == FILES && m->files && !is_option)
    fprintf(out, " -k -x -a '(__fish_complete_suffix %s)'", m->files);
  else
    fputs(g.kind == FILES     ? is_option ? " -r -F" : " -F"
          : g.kind == FOLDERS ? " -x -a '(__fish_complete_directories)'"
          : is_option    ? " -x"
                         : "",
          out);
}

static void fish_command(const struct manual *m, const struct manual_command *c, FILE *out) {
  fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s -d ", m->name, c->name);
  quoted(c->summary, FISH, out);
  fputc('\n', out);
  for (int i = 0; i < c->options; i++) {
    const struct manual_option *o = &c->option[i];
    if (!shown(o))
      continue;
    fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' -l %s", m->name, c->name, o->name);
    if (o->letter)
      fprintf(out, " -s %c", o->letter);
    if (o->arg)
      fish_guess(m, guess(o->arg, o->values), 1, out);
    fputs(" -d ", out);
    quoted(o->doc, FISH, out);
    fputc('\n', out);
  }
  struct guess g = guess(c->words, NULL);
  if (g.kind == NOTHING)
    return;
  fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %s'", m->name, c->name);
  fish_guess(m, g, 0, out);
  fputc('\n', out);
}

static void fish(const struct manual *m, FILE *out) {
  fprintf(out, "# fish completion for %s, written by `%s completion fish`\ncomplete -c %s -f\n", m->name, m->name,
          m->name);
  for (int i = 0; i < m->commands; i++)
    fish_command(m, &m->command[i], out);
}

int manual_completion(const struct manual *m, const char *shell, FILE *out) {
  static const struct {
    const char *name;
    void (*write)(const struct manual *m, FILE *out);
  } SHELL[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
  for (size_t i = 0; i < sizeof SHELL / sizeof *SHELL; i++)
    if (!strcmp(shell, SHELL[i].name)) {
      SHELL[i].write(m, out);
      return 1;
    }
  return 0;
}
