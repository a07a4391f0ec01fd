/* Persistent threads that claim the chunks of a kernel one by one.

   All hangs on one word, the ticket: the launch's number in the upper half, chunks not yet claimed in the lower. To
   claim is to lower it by one, compare-and-swap. While a chunk is unclaimed its launch cannot end, so the fields that
   describe the launch stand still; a thread that read them too early or too late fails to swap. A launch ends when
   `done` has counted its chunks.

   Idle threads spin for some 50 microseconds, the usual gap between two kernels being far shorter, then sleep. */
#include "pool.h"
#include "base.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { SPINS = 2000, THREADS_MAX = 1024 };

struct net_pool {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic int64_t done;
  _Alignas(64) _Atomic(net_kernel *) kernel;
  _Atomic(void *const *) arg;
  _Atomic(const struct net_run *) run;
  _Atomic int64_t chunks;
  _Alignas(64) _Atomic int sleepers;
  _Atomic int stop;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  int threads;
  pthread_t *thread; /* threads - 1 of them */
};

void pool_flush_subnormals(void) {
#if defined __SSE2__
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined __aarch64__
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | 1u << 24));
#endif
}

static inline void relax(void) {
#ifdef __SSE2__
  _mm_pause();
#endif
}

static uint32_t unclaimed(uint64_t ticket) {
  return (uint32_t)ticket;
}

/* Claims and runs chunks until none is left. */
static void work(struct net_pool *p) {
  uint64_t ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  while (unclaimed(ticket)) {
    net_kernel *kernel = atomic_load_explicit(&p->kernel, memory_order_relaxed);
    void *const *arg = atomic_load_explicit(&p->arg, memory_order_relaxed);
    const struct net_run *run = atomic_load_explicit(&p->run, memory_order_relaxed);
    int64_t chunks = atomic_load_explicit(&p->chunks, memory_order_relaxed);
    if (!atomic_compare_exchange_weak_explicit(&p->ticket, &ticket, ticket - 1, memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    kernel(arg, run, chunks - unclaimed(ticket), chunks);
    atomic_fetch_add_explicit(&p->done, 1, memory_order_release);
    ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  }
}

static void sleep_until_work(struct net_pool *p) {
  pthread_mutex_lock(&p->mutex);
  atomic_fetch_add(&p->sleepers, 1);
  while (!unclaimed(atomic_load(&p->ticket)) && !atomic_load(&p->stop))
    pthread_cond_wait(&p->wake, &p->mutex);
  atomic_fetch_sub(&p->sleepers, 1);
  pthread_mutex_unlock(&p->mutex);
}

static _Thread_local int64_t self; /* this thread's number: 0 is whoever launches */

void *nrt_work(const struct net_run *run) {
  return (char *)run->base[NET_WORK] + self * run->work;
}

struct thread {
  struct net_pool *pool;
  int number;
};

static void *thread_main(void *thread) {
  struct net_pool *p = ((struct thread *)thread)->pool;
  self = ((struct thread *)thread)->number;
  free(thread);
  pool_flush_subnormals();
  while (!atomic_load_explicit(&p->stop, memory_order_relaxed)) {
    int spin = 0;
    while (!unclaimed(atomic_load_explicit(&p->ticket, memory_order_relaxed)) && spin++ < SPINS)
      relax();
    if (spin > SPINS)
      sleep_until_work(p);
    work(p);
  }
  return NULL;
}

static int thread_start(struct net_pool *p) {
  struct thread *t = mem_get(sizeof *t);
  *t = (struct thread){p, p->threads};
  int failed = pthread_create(&p->thread[p->threads - 1], NULL, thread_main, t);
  if (failed)
    free(t);
  return failed;
}

struct net_pool *pool_open(int threads) {
  if (threads <= 0)
    threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (threads < 1)
    threads = 1;
  if (threads > THREADS_MAX)
    threads = THREADS_MAX;
  pool_flush_subnormals();
  struct net_pool *p = block_get(sizeof *p);
  if (!p)
    return NULL;
  *p = (struct net_pool){.threads = 1};
  pthread_mutex_init(&p->mutex, NULL);
  pthread_cond_init(&p->wake, NULL);
  p->thread = mem_get((size_t)threads * sizeof *p->thread);
  while (p->threads < threads && thread_start(p) == 0)
    p->threads++;
  return p;
}

void pool_close(struct net_pool *p) {
  if (!p)
    return;
  pthread_mutex_lock(&p->mutex);
  atomic_store(&p->stop, 1);
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->mutex);
  for (int i = 0; i < p->threads - 1; i++)
    pthread_join(p->thread[i], NULL);
  pthread_mutex_destroy(&p->mutex);
  pthread_cond_destroy(&p->wake);
  free(p->thread);
  block_free(p);
}

int pool_threads(const struct net_pool *p) {
  return p->threads;
}

static void share(struct net_pool *p, const struct net_run *run, net_kernel *kernel, void *const *arg, int64_t chunks) {
  atomic_store_explicit(&p->kernel, kernel, memory_order_relaxed);
  atomic_store_explicit(&p->arg, arg, memory_order_relaxed);
  atomic_store_explicit(&p->run, run, memory_order_relaxed);
  atomic_store_explicit(&p->chunks, chunks, memory_order_relaxed);
  atomic_store_explicit(&p->done, 0, memory_order_relaxed);
  uint64_t launch = (atomic_load_explicit(&p->ticket, memory_order_relaxed) >> 32) + 1;
  atomic_store(&p->ticket, launch << 32 | (uint32_t)chunks);
  if (atomic_load(&p->sleepers)) {
    pthread_mutex_lock(&p->mutex);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->mutex);
  }
  work(p);
  for (int spin = 0; atomic_load_explicit(&p->done, memory_order_acquire) < chunks; spin++)
    if (spin < SPINS)
      relax();
    else
      sched_yield(); /* whoever holds the last chunk may be waiting for this very core */
}

void nrt_launch(struct net_run *run, int32_t step, net_kernel *kernel, void *const *arg, int64_t chunks) {
  if (run->steps && step >= run->steps)
    return;
  double start = run->step_seconds ? now() : 0;
  if (chunks > 1 && chunks < INT32_MAX && run->pool && run->pool->threads > 1)
    share(run->pool, run, kernel, arg, chunks);
  else
    for (int64_t i = 0; i < chunks; i++)
      kernel(arg, run, i, chunks);
  if (run->step_seconds)
    run->step_seconds[step] += now() - start;
}
