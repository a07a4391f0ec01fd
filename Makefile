# netc: compiles .net files to executables. `make help` lists the targets.
MODE ?= release
B    := build/$(MODE)
LLVM ?= $(shell command -v llvm-config-19 || echo /usr/lib/llvm-19/bin/llvm-config)

WARN   := -Wall -Wextra -Wpedantic -Werror
CFLAGS := -std=gnu17 $(WARN) -g
CFLAGS_release := -O2
CFLAGS_debug   := -O0 -DNETC_DEBUG
CFLAGS_asan    := -O1 -DNETC_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -DNETC_DEBUG -fsanitize=thread
CFLAGS += $(CFLAGS_$(MODE))

COMPILER := $(filter-out compiler/main.c,$(wildcard compiler/*/*.c grammar/*.c))
RUNTIME  := $(wildcard runtime/*.c runtime/*/*.c)
UNITS    := $(wildcard tests/unit/test_*.c)
COMPILER_O := $(COMPILER:%.c=$(B)/%.o) $(B)/net.tab.o $(B)/net.lex.o $(B)/embed.o
RUNTIME_O  := $(RUNTIME:%.c=$(B)/%.o)
LLVM_LIBS   = $(shell $(LLVM) --libs core target native passes analysis bitwriter) $(shell $(LLVM) --ldflags)
RUNTIME_LIBS := -lpng -ljpeg -lz -lcjson -lm -lpthread

all: $(B)/netc $(B)/libnetrt.a                    ## build the compiler and the runtime (default)

# ---- what is missing on a fresh machine ----
PACKAGES := gcc make flex bison llvm-19-dev libopenblas-serial-dev libpng-dev libjpeg-dev zlib1g-dev libcjson-dev libcmocka-dev clang
deps:                                             ## install missing Debian packages through apt
	@sh tests/deps.sh $(PACKAGES)

# ---- the compiler ----
$(B)/net.tab.c $(B)/net.tab.h &: grammar/net.y
	@mkdir -p $(B)
	bison -Wall -Werror -d -o $(B)/net.tab.c $<
$(B)/net.lex.c: grammar/net.l $(B)/net.tab.h
	flex -o $@ $<
$(B)/embed.c: $(wildcard compiler/prelude/*.net) runtime/netrt.h tests/embed.sh
	@mkdir -p $(B)
	sh tests/embed.sh $(sort $(wildcard compiler/prelude/*.net)) runtime/netrt.h > $@

INCLUDES := -Icompiler -I. -I$(B)
$(COMPILER_O) $(B)/compiler/main.o: $(B)/net.tab.h
$(B)/compiler/gen/%.o: INCLUDES += $(filter -I%,$(shell $(LLVM) --cflags))
$(B)/runtime/%.o: INCLUDES := -Iruntime
$(B)/runtime/%.o: CFLAGS += -fPIC
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<
$(B)/%.o: $(B)/%.c
	$(CC) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<
$(B)/libnetc.a: $(COMPILER_O)
	rm -f $@ && ar rcs $@ $^
$(B)/netc: $(B)/compiler/main.o $(B)/libnetc.a
	$(CC) $(CFLAGS) -o $@ $^ $(LLVM_LIBS) -lm
$(B)/libnetrt.a: $(RUNTIME_O)
	rm -f $@ && ar rcs $@ $^

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.PHONY: all deps
