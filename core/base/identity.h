/* SPDX-License-Identifier: MIT */
/* A name for the calling thread that no other has as long as it lives, to be kept in an atomic. */
#ifndef EZ_BASE_IDENTITY_H
#define EZ_BASE_IDENTITY_H

extern _Thread_local char ez_identity_mark __attribute__((tls_model("initial-exec")));

/* Never NULL. */
static inline void *
ez_identity(void)
{
    return &ez_identity_mark;
}

#endif
