/* SPDX-License-Identifier: MIT */
/* Stacks lie side by side in slabs, each with its guard at its lower end:
 *
 *     | guard | stack ........ top | guard | stack ........ top | ...
 *
 * Who starts a coroutine may be another thread than the loop, and has to know at once whether there
 * will be a stack.  So a stack is reserved by any thread, which is a counter, and makes a further
 * slab when the counter passes what there is; only the loop takes stacks and gives them back, from
 * an array that nobody else touches.  reserved <= capacity, and what is reserved and not taken is
 * either in the array or not yet cut off a slab.
 *
 * A guard made by mprotect(2) splits a mapping in two.  Once a process has all the mappings it may
 * have, everything else in it fails as well (a thread's stack, a large malloc): therefore such
 * guards leave some over. */
#include "stack.h"

#include "sanitizer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define ADVICE_GUARD_INSTALL 102
#define ADVICE_POPULATE_WRITE 23
#define SELF_PIDFD (-10000) /* PIDFD_SELF_THREAD_GROUP, Linux 6.15 */

enum {
    SLAB_MIN = 16, /* stacks in the first slab; a slab has as many as there are, up to */
    SLAB_MAX = 512,
    CUT_MAX = 64,         /* stacks that are cut off and readied in one go */
    POPULATE_FROM = 128,  /* with fewer stacks a page is mapped when it is touched */
    MAPPINGS_LEFT = 1024, /* what guards by mprotect leave to the rest of the process */
    MAPPINGS_DEFAULT = 65530,
};

struct stack_slab {
    stack_slab *next;
    char *memory;
    size_t length;
    uint32_t n;
    uint32_t n_cut; /* guarded by growing */
};

static size_t
slot_length(const stack_pool *self)
{
    return self->length + STACK_GUARD_LENGTH;
}

/* ---- the kernel's part ----------------------------------------------------------------------- */

/* The same advice for n ranges: in one call if the kernel can, for that costs half. */
static int
advise_all(struct iovec *ranges, unsigned n, int advice)
{
    long done = syscall(SYS_process_madvise, SELF_PIDFD, ranges, (size_t)n, advice, 0);
    size_t given = 0;

    for (unsigned i = 0; i < n; i++) { /* those that were done at once are skipped */
        given += ranges[i].iov_len;
        if (done < (long)given && madvise(ranges[i].iov_base, ranges[i].iov_len, advice) != 0) {
            return -1;
        }
    }
    return 0;
}

static int
install_guards(const stack_pool *self, const stack_slab *slab)
{
    struct iovec ranges[SLAB_MAX];

    for (uint32_t i = 0; i < slab->n; i++) {
        ranges[i] = (struct iovec){slab->memory + i * slot_length(self), STACK_GUARD_LENGTH};
    }
    return advise_all(ranges, slab->n, ADVICE_GUARD_INSTALL);
}

/* How many of the slab's guards could be made. */
static uint32_t
protect_guards(const stack_pool *self, const stack_slab *slab)
{
    uint32_t n = 0;

    while (n < slab->n &&
           mprotect(slab->memory + n * slot_length(self), STACK_GUARD_LENGTH, PROT_NONE) == 0) {
        n++;
    }
    return n;
}

/* How many guards mprotect() can make in this process. */
static uint32_t
count_mappings(void)
{
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    long max = MAPPINGS_DEFAULT;

    if (file != NULL) {
        if (fscanf(file, "%ld", &max) != 1) {
            max = MAPPINGS_DEFAULT;
        }
        fclose(file);
    }
    return max <= MAPPINGS_LEFT ? 0 : (uint32_t)((max - MAPPINGS_LEFT) / 2);
}

/* ---- slabs, with growing held ---------------------------------------------------------------- */

/* Gives the slab its guards; fewer stacks than it has if there are not enough. */
static enum stack_status
guard_slab(stack_pool *self, stack_slab *slab)
{
    uint32_t n;

    if (self->guard == STACK_GUARD_INSTALL && install_guards(self, slab) == 0) {
        return STACK_OK;
    }
    if (self->guard == STACK_GUARD_INSTALL && self->slabs != NULL) {
        return STACK_NO_MEMORY; /* it could do so before: this is not an old kernel */
    }
    if (self->guard == STACK_GUARD_INSTALL) {
        self->guard = STACK_GUARD_PROTECT;
        self->guards_max = count_mappings();
    }
    n = protect_guards(self, slab);
    if (n < slab->n) {
        size_t kept = n * slot_length(self);

        (void)munmap(slab->memory + kept, slab->length - kept);
        slab->length = kept;
        slab->n = n;
    }
    return n > 0 ? STACK_OK : STACK_NO_GUARD;
}

static enum stack_status
map_slab(stack_pool *self, stack_slab *slab)
{
    enum stack_status status;
    void *memory;

    slab->length = slab->n * slot_length(self);
    memory = mmap(NULL, slab->length, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        return STACK_NO_MEMORY;
    }
    slab->memory = memory;
    (void)madvise(memory, slab->length, MADV_NOHUGEPAGE); /* a huge page would fill 32 stacks */
    status = guard_slab(self, slab);
    if (status != STACK_OK && slab->length > 0) {
        (void)munmap(slab->memory, slab->length);
    }
    return status;
}

static enum stack_status
grow_locked(stack_pool *self)
{
    uint32_t capacity = atomic_load(&self->capacity);
    uint32_t most = self->guards_max < self->limit ? self->guards_max : self->limit;
    uint32_t n = capacity < SLAB_MIN ? SLAB_MIN : capacity > SLAB_MAX ? SLAB_MAX : capacity;
    enum stack_status status;
    stack_slab *slab;

    if (capacity >= most) {
        return most == self->limit ? STACK_LIMIT : STACK_NO_GUARD;
    }
    slab = calloc(1, sizeof *slab);
    if (slab == NULL) {
        return STACK_NO_MEMORY;
    }
    slab->n = n < most - capacity ? n : most - capacity;
    status = map_slab(self, slab);
    if (status != STACK_OK) {
        free(slab);
        return status;
    }
    *(self->last_slab == NULL ? &self->slabs : &self->last_slab->next) = slab;
    self->last_slab = slab;
    self->cut_slab = self->cut_slab == NULL ? slab : self->cut_slab;
    atomic_store(&self->capacity, capacity + slab->n);
    return STACK_OK;
}

/* Puts the next new stacks into the array, the first one last.  How many. */
static uint32_t
cut_locked(stack_pool *self)
{
    stack_slab *slab = self->cut_slab;
    uint32_t n = slab->n - slab->n_cut;

    n = n < CUT_MAX ? n : CUT_MAX;
    for (uint32_t i = n; i > 0; i--) {
        char *top = slab->memory + (slab->n_cut + i) * slot_length(self);

        sanitizer_add_root(top - self->length, self->length);
        self->free[self->n_free++] = top;
    }
    slab->n_cut += n;
    if (slab->n_cut == slab->n) {
        self->cut_slab = slab->next;
    }
    return n;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool
stack_pool_init(stack_pool *self, size_t length, uint32_t limit, enum stack_guard guard)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *room = mmap(NULL, limit * sizeof(void *), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (room == MAP_FAILED) {
        return false;
    }
    memset(self, 0, sizeof *self);
    self->length = (length + page - 1) / page * page;
    self->limit = limit;
    self->guard = guard;
    self->guards_max = guard == STACK_GUARD_INSTALL ? UINT32_MAX : count_mappings();
    self->free = room;
    pthread_mutex_init(&self->growing, NULL);
    return true;
}

static void
forget(const stack_pool *self, void *top)
{
    if (self->forget != NULL) {
        self->forget(top);
    }
}

void
stack_pool_deinit(stack_pool *self)
{
    stack_slab *next;

    for (stack_slab *at = self->slabs; at != NULL; at = next) {
        next = at->next;
        for (uint32_t i = 0; i < at->n_cut; i++) {
            char *top = at->memory + (i + 1) * slot_length(self);

            forget(self, top);
            sanitizer_remove_root(top - self->length, self->length);
            sanitizer_show(top - self->length, self->length);
        }
        (void)munmap(at->memory, at->length);
        free(at);
    }
    (void)munmap(self->free, self->limit * sizeof(void *));
    pthread_mutex_destroy(&self->growing);
}

/* ---- use ------------------------------------------------------------------------------------- */

/* Changes how many are reserved, and returns it. */
static inline uint32_t
count(stack_pool *self, uint32_t change)
{
    uint32_t n;

    if (!self->alone) {
        return atomic_fetch_add_explicit(&self->reserved, change, memory_order_acq_rel) + change;
    }
    n = atomic_load_explicit(&self->reserved, memory_order_relaxed) + change;
    atomic_store_explicit(&self->reserved, n, memory_order_relaxed);
    return n;
}

enum stack_status
stack_pool_reserve(stack_pool *self)
{
    uint32_t n = count(self, 1);
    enum stack_status status = STACK_OK;

    if (__builtin_expect(n <= atomic_load_explicit(&self->capacity, memory_order_acquire), 1)) {
        return STACK_OK;
    }
    pthread_mutex_lock(&self->growing);
    while (status == STACK_OK && n > atomic_load(&self->capacity)) {
        status = grow_locked(self);
    }
    pthread_mutex_unlock(&self->growing);
    if (status != STACK_OK) {
        stack_pool_unreserve(self);
    }
    return status;
}

void
stack_pool_unreserve(stack_pool *self)
{
    (void)count(self, (uint32_t)-1);
}

/* Maps the uppermost pages of stacks that will be used at once: together they cost half of what
 * they cost when each is missed by itself. */
static void
populate(stack_pool *self, uint32_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct iovec ranges[CUT_MAX];

    for (uint32_t i = 0; i < n; i++) {
        ranges[i] = (struct iovec){(char *)self->free[self->n_free - 1 - i] - page, page};
    }
    (void)syscall(SYS_process_madvise, SELF_PIDFD, ranges, (size_t)n, ADVICE_POPULATE_WRITE, 0);
}

static void
refill(stack_pool *self)
{
    uint32_t n;
    bool many;

    pthread_mutex_lock(&self->growing);
    n = cut_locked(self);
    many = atomic_load(&self->capacity) > POPULATE_FROM;
    pthread_mutex_unlock(&self->growing);
    if (many) {
        populate(self, n);
    }
}

void *
stack_pool_take(stack_pool *self)
{
    if (__builtin_expect(self->n_free == 0, 0)) {
        refill(self);
    }
    self->n_free--;
    if (self->n_free < self->n_idle_min) {
        self->n_idle_min = self->n_free;
        self->n_cold = self->n_cold < self->n_free ? self->n_cold : self->n_free;
    }
    return self->free[self->n_free];
}

void
stack_pool_give(stack_pool *self, void *top)
{
    self->free[self->n_free++] = top;
    stack_pool_unreserve(self);
}

bool
stack_pool_trim(stack_pool *self, uint32_t keep)
{
    uint32_t idle = self->n_idle_min > keep ? self->n_idle_min - keep : 0;

    for (uint32_t i = self->n_cold; i < idle; i++) {
        char *low = (char *)self->free[i] - self->length;

        forget(self, self->free[i]);
        (void)madvise(low, self->length, MADV_DONTNEED);
    }
    self->n_cold = idle > self->n_cold ? idle : self->n_cold;
    self->n_idle_min = self->n_free;
    return self->n_free > self->n_cold + keep;
}
