# netc: compiles .net files to native programs. `make help` lists the targets.
#   MODE=release (default), debug, asan, tsan, clang: each builds in a folder of its own under $(BUILD). V=1 shows commands.
MODE  ?= release
BUILD ?= build
B     := $(BUILD)/$(MODE)
ifndef V
.SILENT:
endif
export BUILD MODE

WARN   := -Wall -Wextra -Wpedantic -Werror
CFLAGS := -std=gnu17 $(WARN) -g
CFLAGS_release := -O2
CFLAGS_debug   := -O0 -DNETC_DEBUG
CFLAGS_asan    := -O1 -DNETC_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -DNETC_DEBUG -fsanitize=thread
CFLAGS_clang   := -O0
CFLAGS += $(CFLAGS_$(MODE))
ifeq ($(MODE),clang)
CC := clang
endif

COMPILER := $(filter-out compiler/main.c,$(wildcard compiler/*/*.c grammar/*.c))
RUNTIME  := $(wildcard runtime/*.c runtime/*/*.c)
UNIT_C   := $(wildcard tests/unit/test_*.c)
SHARED_C   := $(wildcard runtime/manual*.c) runtime/term.c
COMPILER_O := $(COMPILER:%.c=$(B)/%.o) $(SHARED_C:%.c=$(B)/%.o) $(B)/net.tab.o $(B)/net.lex.o $(B)/embed.o
RUNTIME_O  := $(RUNTIME:%.c=$(B)/%.o)
UNITS      := $(UNIT_C:%.c=$(B)/%)
TOOLS      := $(B)/tests/peer/compare $(B)/tests/fuzz/mutate
BLAS_LIBS = $(firstword $(wildcard /usr/lib/*/openblas-pthread/libopenblas.a))
RUNTIME_LIBS := -lpng -ljpeg -lz -ljansson -lexpat -lm -lpthread

all: $(B)/netc $(B)/libnetrt.a                    ## build the compiler and the runtime (default)

# ---- what is missing on a fresh machine: `include` makes this file first, then make begins again ----
NO_TOOLS := help clean deps layers sizes
ifneq ($(filter-out $(NO_TOOLS),$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/tools.mk
endif
$(BUILD)/tools.mk: tests/deps.sh
	@mkdir -p $(BUILD)
	@sh tests/deps.sh $@
deps:                                             ## install missing Debian packages through apt
	@mkdir -p $(BUILD)
	@sh tests/deps.sh $(BUILD)/tools.mk

# ---- the compiler ----
$(B)/net.tab.c $(B)/net.tab.h &: grammar/net.y
	@mkdir -p $(B)
	@echo "  bison $<"
	bison -Wall -Werror -d -o $(B)/net.tab.c $<
$(B)/net.lex.c: grammar/net.l $(B)/net.tab.h
	@echo "  flex  $<"
	flex -o $@ $<
$(B)/embed.c: $(wildcard compiler/prelude/*.net) runtime/netrt.h tests/embed.sh
	@mkdir -p $(B)
	sh tests/embed.sh $(sort $(wildcard compiler/prelude/*.net)) runtime/netrt.h > $@

INCLUDES := -Icompiler -I. -I$(B)
$(COMPILER_O) $(B)/compiler/main.o: $(B)/net.tab.h
$(B)/compiler/gen/%.o: INCLUDES += -I$(LLVM_INCLUDE)
$(B)/runtime/%.o: INCLUDES := -Iruntime
$(B)/runtime/%.o: CFLAGS += -fPIC
# loops over pixels: vectors, of the same values (no errno, and no float exceptions, to stand in their way)
$(B)/runtime/augment/%.o: CFLAGS += $(if $(filter release,$(MODE)),-O3 -fno-math-errno -fno-trapping-math)
$(B)/%.o: %.c
	@mkdir -p $(@D) && echo "  cc    $<"
	$(CC) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<
$(B)/%.o: $(B)/%.c
	@echo "  cc    $<"
	$(CC) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<
$(B)/libnetc.a: $(COMPILER_O)
	@echo "  ar    $@"
	rm -f $@ && ar rcs $@ $^
$(B)/netc: $(B)/compiler/main.o $(B)/libnetc.a
	@echo "  link  $@"
	$(CC) $(CFLAGS) -o $@ $^ $(LLVM_LIBS) -lm
$(B)/libnetrt.a: $(RUNTIME_O)
	@echo "  ar    $@"
	rm -f $@ && ar rcs $@ $^

# ---- tests ----
# A unit's name begins with its room's; those of the runtime see nothing of the compiler, and test_runtime_* run a program
# that stands in for a compiled one.
RUNTIME_UNITS := $(filter $(addprefix $(B)/tests/unit/test_,runtime% data% image% augment% draw% propose% detect%),$(UNITS))
units: $(UNITS) $(TOOLS)                          ## build the unit tests
$(B)/tests/%.o: INCLUDES += -Iruntime -Itests/unit
$(B)/tests/peer/compare: $(B)/libnetrt.a
$(RUNTIME_UNITS:%=%.o): INCLUDES := -Iruntime -Itests/unit
$(RUNTIME_UNITS): $(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/tests/unit/toy_program.o $(B)/libnetrt.a
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(BLAS_LIBS) $(RUNTIME_LIBS)
$(filter-out $(RUNTIME_UNITS),$(UNITS)): %: %.o $(B)/libnetc.a $(B)/libnetrt.a
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(LLVM_LIBS) $(BLAS_LIBS) -lm -lpthread
$(TOOLS): %: %.o
	$(CC) $(CFLAGS) -o $@ $^ $(RUNTIME_LIBS)
.SECONDARY: $(UNIT_C:%.c=$(B)/%.o) $(TOOLS:%=%.o)

test: all units                                   ## run the tests, or those below T=path, against MODE
	@sh tests/run $(T)
bless: all units                                  ## write the outputs of now as expectations (T=path); read the diff after
	@sh tests/run --bless $(T)
check: all units                                  ## everything: gcc, clang, tests, sanitizers, layers, sizes, codes, docs
	@$(MAKE) --no-print-directory MODE=clang all units
	@$(MAKE) --no-print-directory MODE=asan all units
	@MODE=release sh tests/run tests $(addprefix asan:tests/,unit syntax format errors pass bugs)
layers:                                           ## who includes whom
	@sh tests/layers.sh
sizes:                                            ## no file over 800 lines
	@sh tests/sizes.sh
fuzz: all                                         ## wrong files must be answered, never crash: N=1000 mutations, SEED=1
	@$(MAKE) --no-print-directory MODE=asan all units
	@sh tests/fuzz/fuzz.sh $(BUILD)/asan $(or $(N),1000) $(or $(SEED),1)
peer: all units                                   ## compute what PyTorch computes, again (in a virtual environment)
	@sh tests/peer/peer.sh
bench: all                                        ## time training and predictions beside PyTorch, ONNX Runtime, OpenVINO
	@sh tests/bench/bench.sh

# ---- for people ----
PREFIX ?= /usr/local
TO      = $(DESTDIR)$(PREFIX)
SHARED  = $(TO)/share/man/man1/netc.1 $(TO)/share/bash-completion/completions/netc $(TO)/share/zsh/site-functions/_netc \
          $(TO)/share/fish/vendor_completions.d/netc.fish
install: all                                      ## put netc, its library, manual and completions below PREFIX (/usr/local)
	install -d $(TO)/bin $(TO)/lib/netc $(dir $(SHARED))
	install $(B)/netc $(TO)/bin/netc
	install -m 644 $(B)/libnetrt.a $(TO)/lib/netc/libnetrt.a
	$(B)/netc man > $(word 1,$(SHARED))
	$(B)/netc completion bash > $(word 2,$(SHARED))
	$(B)/netc completion zsh > $(word 3,$(SHARED))
	$(B)/netc completion fish > $(word 4,$(SHARED))
uninstall:                                        ## take that away again
	rm -rf $(TO)/bin/netc $(TO)/lib/netc $(SHARED)
demo: all                                         ## train a small model on drawn shapes, predict, leave a picture
	@sh tests/demo.sh
docs: $(B)/tests/docs all                         ## write the pages of spec/ and the dumps that are drawn from the sources
	$< operations > spec/operations.md
	$< errors > spec/errors.md
	$< calls > spec/recipe.md
	NETC=$(B)/netc sh tests/tour.sh ARCHITECTURE.md > $(B)/tour.md && cp $(B)/tour.md ARCHITECTURE.md
$(B)/tests/docs: $(B)/tests/docs.o
	$(CC) $(CFLAGS) -o $@ $^
format:                                           ## clang-format everything, where it is installed
	@command -v clang-format > /dev/null || { echo "clang-format is not installed"; exit 1; }
	clang-format -i $$(git ls-files '*.c' '*.h' | grep -v golden)
help:                                             ## this list
	@awk -F '##' '/^[a-z]+:.*##/ { split($$1, t, ":"); printf "  make %-10s%s\n", t[1], $$2 }' Makefile
clean:                                            ## remove what was built
	rm -rf $(BUILD)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.PHONY: all install uninstall deps units test bless check layers sizes fuzz peer bench demo docs format help clean
