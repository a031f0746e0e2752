/* SPDX-License-Identifier: MIT */
/*
 * Lets Criterion start under the thread sanitizer.
 *
 * Criterion keeps what it shares with its tests in an arena that has the same address in each
 * process.  It looks for a place at random between 0x2000'0000'0000 and 0x7f00'0000'0000, and the
 * sanitizer has reserved nearly all of that for its shadow: no place is ever free, and Criterion
 * gives up.  This file stands between the two.  It calls each page of that range free, and maps the
 * arena into the first unused slot of a part that the sanitizer leaves to the program.
 *
 * Invariants: an arena starts at the start of a slot and may grow up to the slot's end; inside the
 * slots nothing is invented, the kernel's answer counts.  The slot is claimed by the mapping itself
 * (MAP_FIXED_NOREPLACE): to look first and map later let two arenas meet in one slot.
 *
 * The sanitizer's runtime maps memory before it can be called; until our constructor ran, a mapping
 * goes straight to the kernel.  For the same reason nothing here is instrumented.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNINSTRUMENTED __attribute__((no_sanitize("thread")))
#define INTERPOSED __attribute__((visibility("default"), no_sanitize("thread")))

#define ARENAS_START UINT64_C(0x200000000000)
#define ARENAS_END UINT64_C(0x7f0000000000)
#define SLOTS_START UINT64_C(0x566000000000)
#define SLOTS_END UINT64_C(0x568000000000)
#define SLOT_SIZE (UINT64_C(64) << 20)

typedef void *map_function(void *, size_t, int, int, int, off64_t);

INTERPOSED const char *__tsan_default_options(void);
INTERPOSED void *mmap64(void *address, size_t length, int protection, int flags, int fd,
                        off64_t offset);
INTERPOSED int mincore(void *address, size_t length, unsigned char *vector);

static map_function *next_map; /* the sanitizer's own; set once by the constructor */

UNINSTRUMENTED __attribute__((constructor)) static void
find_next_map(void)
{
    next_map = (map_function *)dlsym(RTLD_NEXT, "mmap64");
}

/* Would Criterion's arena lie where only the sanitizer may be? */
UNINSTRUMENTED static bool
is_arena_place(const void *address)
{
    uint64_t at = (uint64_t)(uintptr_t)address;

    return at >= ARENAS_START && at < ARENAS_END && !(at >= SLOTS_START && at < SLOTS_END);
}

/* A test may fork a process that starts threads, to see how it dies: it is not watched there. */
const char *
__tsan_default_options(void)
{
    return "die_after_fork=0";
}

UNINSTRUMENTED static void *
map(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    if (next_map != NULL) {
        return next_map(address, length, protection, flags, fd, offset);
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

void *
mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    int in_free_slot = (flags & ~MAP_FIXED) | MAP_FIXED_NOREPLACE;

    if ((flags & MAP_FIXED) == 0 || (flags & MAP_SHARED) == 0 || !is_arena_place(address)) {
        return map(address, length, protection, flags, fd, offset);
    }
    for (uint64_t slot = SLOTS_START; slot < SLOTS_END && length <= SLOT_SIZE; slot += SLOT_SIZE) {
        void *mapped = map((void *)(uintptr_t)slot, length, protection, in_free_slot, fd, offset);

        if (mapped != MAP_FAILED || errno != EEXIST) {
            return mapped;
        }
    }
    errno = ENOMEM;
    return MAP_FAILED;
}

int
mincore(void *address, size_t length, unsigned char *vector)
{
    if (is_arena_place(address)) {
        errno = ENOMEM; /* "not mapped" */
        return -1;
    }
    return (int)syscall(SYS_mincore, address, length, vector);
}
