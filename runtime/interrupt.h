/* A training that is to stop: by Ctrl-C, by SIGTERM as batch systems send it, because its terminal was closed (SIGHUP) or
   because nobody reads what it prints (SIGPIPE). It saves and ends with the status INTERRUPTED; a second Ctrl-C or SIGTERM
   ends it at once. */
#ifndef NET_INTERRUPT_H
#define NET_INTERRUPT_H
#include <stdio.h>

enum { INTERRUPTED = 130 }; /* the exit status, 128 + SIGINT, as shells have it */

void interrupt_watch(void);   /* from now on these signals are noted */
int interrupt_seen(void);     /* the signal, or 0 */
FILE *interrupt_words(void);  /* where somebody may still read how to go on */

#endif
