/* SPDX-License-Identifier: MIT */
#include "isolation/begun.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define LENGTH (EXECZ_RUNS_MAX * sizeof(execz_run))

static bool
map(ez_begun *self, int fd)
{
    void *bytes = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    self->tokens = bytes == MAP_FAILED ? NULL : bytes;
    return self->tokens != NULL;
}

bool
ez_begun_make(ez_begun *self, int *fd_out)
{
    int fd = memfd_create("execz-begun", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    self->tokens = NULL;
    /* Who made it shorter would have whoever looks killed by SIGBUS. */
    if (fd >= 0 && ftruncate(fd, (off_t)LENGTH) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 && map(self, fd)) {
        *fd_out = fd;
        return true;
    }
    if (fd >= 0) {
        close(fd);
    }
    return false;
}

bool
ez_begun_open(ez_begun *self, int fd)
{
    bool opened = map(self, fd);

    close(fd);
    return opened;
}

void
ez_begun_close(ez_begun *self)
{
    if (self->tokens != NULL) {
        munmap((void *)self->tokens, LENGTH);
        self->tokens = NULL;
    }
}

/* The slot of a token is what its lower half says, counted from 1. */
static size_t
slot_of(execz_run run)
{
    return ((uint32_t)run - UINT32_C(1)) % EXECZ_RUNS_MAX;
}

void
ez_begun_note(ez_begun *self, execz_run run)
{
    if (self->tokens != NULL) {
        atomic_store(&self->tokens[slot_of(run)], run);
    }
}

bool
ez_begun_has(const ez_begun *self, execz_run run)
{
    return self->tokens != NULL && atomic_load(&self->tokens[slot_of(run)]) == run;
}
