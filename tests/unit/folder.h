/* A folder of its own for a group of tests, made before them and removed after. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H
#include "base.h"
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/netc-test-XXXXXX";

static inline int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static inline int enter_folder(void **state) {
  return !make_folder(state) && !chdir(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  char *command = mem_text("rm -r %s", folder);
  (void)state;
  int status = system(command);
  free(command);
  return status;
}

#endif
