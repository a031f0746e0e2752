/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

void
arena_drop(arena *self)
{
    if (self->bytes != NULL) {
        (void)munmap(self->bytes, self->size);
        self->bytes = NULL;
        self->size = 0;
    }
}

static int
map(arena *self, int fd, size_t size)
{
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (bytes == MAP_FAILED) {
        return -errno;
    }
    self->bytes = bytes;
    self->size = size;
    return 0;
}

static uint64_t
round_up(uint64_t length)
{
    uint64_t page = 4096;

    if (length < WIRE_ARENA_MIN) {
        return (length + page - 1) & ~(page - 1);
    }
    while (page < length) {
        page *= 2;
    }
    return page;
}

int
arena_make(arena *self, const char *name, uint64_t length)
{
    size_t size = (size_t)round_up(length);
    int fd, result;

    arena_drop(self);
    fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return -errno;
    }
    if (ftruncate(fd, (off_t)size) != 0 || fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
        result = -errno;
    } else {
        result = map(self, fd, size);
    }
    if (result != 0) {
        close(fd);
        return result;
    }
    self->serial++;
    return fd;
}

int
arena_take(arena *self, int fd, uint64_t size, uint32_t serial)
{
    struct stat facts;
    int result;

    arena_drop(self);
    if (fcntl(fd, F_GET_SEALS) < 0 || (fcntl(fd, F_GET_SEALS) & SEALS) != SEALS ||
        fstat(fd, &facts) != 0 || facts.st_size < 0 || (uint64_t)facts.st_size < size ||
        size == 0) {
        result = -EPERM;
    } else {
        result = map(self, fd, (size_t)size);
        self->serial = serial;
    }
    close(fd);
    return result;
}

void
arena_rest(const arena *self)
{
    if (self->bytes != NULL && self->size > WIRE_ARENA_KEPT) {
        (void)madvise(self->bytes, self->size, MADV_REMOVE);
    }
}
