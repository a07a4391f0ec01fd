/* Growable arrays in an arena: struct { T *at; int count, room; } with vec_push. */
#ifndef BASE_VEC_H
#define BASE_VEC_H
#include "base/arena.h"

#define Vec(T)                                                                                                         \
  struct {                                                                                                             \
    T *at;                                                                                                             \
    int count, room;                                                                                                   \
  }

#define vec_push(arena, v, ...)                                                                                        \
  do {                                                                                                                 \
    if ((v)->count == (v)->room) {                                                                                     \
      int room_ = (v)->room ? 2 * (v)->room : 8;                                                                       \
      (v)->at = arena_grow((arena), (v)->at, sizeof *(v)->at * (size_t)(v)->room, sizeof *(v)->at * (size_t)room_);    \
      (v)->room = room_;                                                                                               \
    }                                                                                                                  \
    (v)->at[(v)->count++] = (__VA_ARGS__);                                                                             \
  } while (0)

#endif
