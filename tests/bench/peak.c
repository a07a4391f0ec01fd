/* What the machine can do at most: peak THREADS prints `peak,GFLOP/s` of fused multiply-adds in registers (two operations each), and
   `read,GB/s` and `copy,GB/s` (bytes read and bytes written) of memory beyond every cache; the fastest of several short tries.
   Built with -O3 -march=native. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __AVX512F__
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif
typedef float Vec __attribute__((vector_size(LANES * 4)));
enum { CHAINS = 12, TRIES = 7, THREADS_MAX = 256 };
static const int64_t multiplies = 4000000, bytes = 128 << 20; /* of a thread: some 30 ms a try */

struct worker {
  pthread_t thread;
  void (*work)(struct worker *);
  char *from, *to;
  float sum;
  double begin[TRIES], end[TRIES];
};
static pthread_barrier_t gate;

/* Independent chains enough to hide the latency of two multiply-adds a cycle. */
static void work_multiply(struct worker *w) {
  Vec v[CHAINS], m, a;
  for (int i = 0; i < LANES; i++)
    m[i] = 0.999f, a[i] = 0.001f;
  for (int c = 0; c < CHAINS; c++)
    v[c] = a * (float)c;
  for (int64_t i = 0; i < multiplies; i++)
#pragma GCC unroll 12
    for (int c = 0; c < CHAINS; c++)
      v[c] = v[c] * m + a;
  for (int c = 1; c < CHAINS; c++)
    v[0] += v[c];
  w->sum += v[0][0];
}

static void work_read(struct worker *w) {
  const Vec *v = (const Vec *)w->from;
  Vec sum[4] = {0};
  for (int64_t i = 0; i < bytes / (int64_t)sizeof *v; i += 4)
    for (int k = 0; k < 4; k++)
      sum[k] += v[i + k];
  sum[0] += sum[1] + sum[2] + sum[3];
  w->sum += sum[0][0];
}

static void work_copy(struct worker *w) {
  memcpy(w->to, w->from, (size_t)bytes);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *thread_main(void *arg) {
  struct worker *w = arg;
  for (int i = 0; i < TRIES; i++) {
    pthread_barrier_wait(&gate);
    w->begin[i] = now();
    w->work(w);
    w->end[i] = now();
  }
  return NULL;
}

/* Seconds of the fastest try, in which every thread does the work once: from the first beginning to the last end. */
static double fastest(struct worker *worker, int threads, void (*work)(struct worker *)) {
  double best = 1e30;
  pthread_barrier_init(&gate, NULL, (unsigned)threads);
  for (int t = 0; t < threads; t++) {
    worker[t].work = work;
    if (pthread_create(&worker[t].thread, NULL, thread_main, &worker[t]))
      exit(1);
  }
  for (int t = 0; t < threads; t++)
    pthread_join(worker[t].thread, NULL);
  pthread_barrier_destroy(&gate);
  for (int i = 0; i < TRIES; i++) {
    double begin = worker[0].begin[i], end = worker[0].end[i];
    for (int t = 1; t < threads; t++) {
      begin = worker[t].begin[i] < begin ? worker[t].begin[i] : begin;
      end = worker[t].end[i] > end ? worker[t].end[i] : end;
    }
    best = end - begin < best ? end - begin : best;
  }
  return best;
}

int main(int argc, char **argv) {
  static struct worker worker[THREADS_MAX];
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1 || threads > THREADS_MAX)
    return fprintf(stderr, "peak THREADS: 1 to %d\n", THREADS_MAX), 2;
  double all = (double)threads;
  printf("peak,%.1f\n", 2.0 * LANES * CHAINS * (double)multiplies * all / fastest(worker, threads, work_multiply) / 1e9);
  for (int t = 0; t < threads; t++) {
    worker[t].from = aligned_alloc(64, (size_t)bytes), worker[t].to = aligned_alloc(64, (size_t)bytes);
    if (!worker[t].from || !worker[t].to)
      return 1;
    memset(worker[t].from, 0, (size_t)bytes), memset(worker[t].to, 0, (size_t)bytes);
  }
  printf("read,%.1f\n", (double)bytes * all / fastest(worker, threads, work_read) / 1e9);
  printf("copy,%.1f\n", 2.0 * (double)bytes * all / fastest(worker, threads, work_copy) / 1e9);
  for (int t = 0; t < threads; t++) {
    if (worker[t].sum == 0.12345f) /* the sums must be computed */
      puts("");
    free(worker[t].from), free(worker[t].to);
  }
}
