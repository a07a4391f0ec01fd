/* Ctrl-C: the first asks a training to save and stop, the second ends the program at once. */
#ifndef NET_INTERRUPT_H
#define NET_INTERRUPT_H

enum { INTERRUPTED = 130 }; /* the exit status, 128 + SIGINT, as shells have it */

void interrupt_watch(void); /* from now on SIGINT and SIGTERM are noted */
int interrupt_seen(void);

#endif
