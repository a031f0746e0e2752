/* SPDX-License-Identifier: MIT */
/* Where the plugins that are shipped with execz are. */
#ifndef EZ_PLUGIN_BUILTIN_DIR_H
#define EZ_PLUGIN_BUILTIN_DIR_H

/* Major version of the ABI in the name, so that two of them can be installed side by side. */
#define EZ_PLUGIN_SUBDIR "execz/plugins-1"

/* The directory beside libexecz (or beside the program that it is linked into), whether that is in
 * a build tree, installed or moved; absolute.  NULL if the system does not tell.  Caller frees. */
char *ez_builtin_dir(void);

/* The program execz-plugin-host, beside libexecz; NULL if the system does not tell.  Caller frees. */
char *ez_plugin_host_path(void);

/* The file, symbolic links resolved, that is mapped at address; NULL if none.  Caller frees. */
char *ez_mapped_file(const void *address);

#endif
