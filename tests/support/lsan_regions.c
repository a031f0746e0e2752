/* SPDX-License-Identifier: MIT */
/* The leak check at the end of each test looks for pointers in all that the loaded files can write, word
 * by word.  Most of that are five mebibytes of libasan's own tables, which know nothing of what a test has
 * allocated: here they are shown as if nobody could write to them. */
#include <dlfcn.h>
#include <link.h>
#include <sanitizer/lsan_interface.h>
#include <stdbool.h>

/* The check calls these with all threads stopped, on a stack of its own. */
#define UNWATCHED __attribute__((no_sanitize("address", "undefined")))

enum { SEGMENTS_MAX = 32 };

typedef int visitor(struct dl_phdr_info *info, size_t size, void *user);

typedef struct visit {
    visitor *next;
    void *user;
} visit;

UNWATCHED static bool
holds(const struct dl_phdr_info *info, ElfW(Addr) address)
{
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type == PT_LOAD &&
            address - info->dlpi_addr - segment->p_vaddr < segment->p_memsz) {
            return true;
        }
    }
    return false;
}

UNWATCHED static int
show(struct dl_phdr_info *info, size_t size, void *user)
{
    static ElfW(Phdr) segments[SEGMENTS_MAX]; /* guarded by the loader's lock */
    const visit *self = user;
    struct dl_phdr_info shown = *info;

    /* A sanitizer that is linked into the program shares its segments with it. */
    if (info->dlpi_phnum > SEGMENTS_MAX || !holds(info, (ElfW(Addr))(void *)__lsan_do_leak_check) ||
        holds(info, (ElfW(Addr))(void *)show)) {
        return self->next(info, size, self->user);
    }
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        segments[i] = info->dlpi_phdr[i];
        segments[i].p_flags &= ~(ElfW(Word))PF_W;
    }
    shown.dlpi_phdr = segments;
    return self->next(&shown, size, self->user);
}

/* Found before libc's. */
UNWATCHED __attribute__((visibility("default"))) int
dl_iterate_phdr(visitor *next, void *user)
{
    static int (*real)(visitor *, void *);
    visit self = {next, user};

    if (real == NULL) {
        real = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    }
    return real(show, &self);
}
