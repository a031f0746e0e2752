/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

ez_ledger *
ez_ledger_map(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *bytes = MAP_FAILED;

    if (fd >= 0) {
        bytes = mmap(NULL, sizeof(ez_ledger), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    return bytes == MAP_FAILED ? NULL : bytes;
}

static void
begin(ez_ledger *self, ez_slip *slip, int64_t run_time)
{
    unsigned running = atomic_fetch_add(&self->running, 1) + 1;
    unsigned most = atomic_load(&self->most);
    unsigned n = atomic_load(&slip->began);

    while (running > most && !atomic_compare_exchange_weak(&self->most, &most, running)) {
    }
    if (n < EZ_SLIP_TIMES) {
        atomic_store(&slip->times[n], run_time);
    }
    atomic_store(&slip->order, atomic_fetch_add(&self->began, 1) + 1);
    atomic_fetch_add(&slip->began, 1);
}

bool
ez_ledger_live(ez_ledger *self, unsigned number, int64_t run_time, int (*nap)(void *user),
               void *user)
{
    ez_slip *slip = &self->slips[number % EZ_SLIPS];

    begin(self, slip, run_time);
    while (atomic_load(&slip->holds) && !atomic_load(&slip->released) &&
           !atomic_load(&slip->stopped)) {
        if (nap(user) < 0) {
            atomic_store(&slip->stopped, 1);
        }
    }
    atomic_fetch_sub(&self->running, 1);
    atomic_fetch_add(&slip->ended, 1);
    return !atomic_load(&slip->fails) && !atomic_load(&slip->stopped);
}
