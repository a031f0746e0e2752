/* SPDX-License-Identifier: MIT */
/* Opens a file whose code may be run: trusted, and from then on the same bytes. */
#ifndef EZ_PLUGIN_VERIFY_H
#define EZ_PLUGIN_VERIFY_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <glib.h>

#include <execz/types.h>

#define EZ_IMAGE_SIZE_MAX (64 * INT64_C(1024) * 1024)

#define EZ_SUM_SIZE 65u /* of a sha256 in hexadecimal digits */

/* Which file, in which state. */
typedef struct ez_file_key {
    dev_t device;
    ino_t inode;
    int64_t modified; /* nanoseconds */
    int64_t size;
    char sum[EZ_SUM_SIZE]; /* sha256 of its bytes */
} ez_file_key;

bool ez_file_key_equal(const ez_file_key *a, const ez_file_key *b);

/* A verified file, held by one descriptor. */
typedef struct ez_image {
    char *path; /* owned */
    ez_file_key key;
    int fd;
    bool sealed;    /* fd is a private copy that nobody can change any more */
    uint8_t *bytes; /* owned */
    size_t size;
} ez_image;

/* Opens the absolute path, checks that nobody but root and the running user could have changed it or
 * anything on the way to it, and reads it.  [any-thread] */
ez_image *ez_image_open(const char *path, execz_error *err);

/* The image that somebody else has verified and hands over as a descriptor, which is duplicated: read,
 * and not checked again.  [any-thread] */
ez_image *ez_image_take(const char *path, int fd, execz_error *err);

/* Replaces the descriptor by one of a sealed copy of bytes; where the system refuses, it stays with
 * the original (sealed stays false).  [any-thread] */
void ez_image_seal(ez_image *self);

void ez_image_free(ez_image *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_image, ez_image_free)

#endif
