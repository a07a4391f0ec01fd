/* run.json: what a training was, how far it is and what came of it; all that is needed to repeat it. Whole and valid
   whenever somebody reads it. A training that is taken up again goes on with the record it had. */
#ifndef NET_LOG_RECORD_H
#define NET_LOG_RECORD_H
#include "trainer.h"

void record_open(struct trainer *t, int resumed);
/* After an epoch; best: its weights are those to keep. */
void record_epoch(struct trainer *t, const struct log_place *p, int best);
void record_test(struct trainer *t, int64_t count, const double *mean);
/* status, err: how the training ended, as train_run returns them. */
void record_end(struct trainer *t, int status, const char *err);
void record_close(struct record *r);

#endif
