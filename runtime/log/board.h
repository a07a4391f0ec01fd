/* What TensorBoard is told of a training: event files in RUN/train and RUN/val, whose values of the same name it shows in
   one chart. The step is the epoch. */
#ifndef NET_LOG_BOARD_H
#define NET_LOG_BOARD_H
#include "trainer.h"

/* Sets t->board; where that cannot be, there is a warning. The functions below then do nothing. */
void board_open(struct trainer *t);
void board_epoch(struct trainer *t, const struct log_place *p);
/* A picture, as PNG, of the epoch that board_epoch ends; trainer: a struct trainer. */
void board_picture(void *trainer, const char *tag, const char *path);
void board_close(struct board *b);

#endif
