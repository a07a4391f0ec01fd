/* BUG: a mistake of ours, not the user's. Says where, and aborts. */
#ifndef BASE_BUG_H
#define BASE_BUG_H

_Noreturn void bug_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_IF(cond) ((cond) ? BUG("%s", #cond) : (void)0)

#endif
