#include "Pictures.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// All that outlives a jump is in here, in the frame of a function that setjmp does not return to twice.
struct png_work {
  const uint8_t *bytes;
  size_t size;
  size_t position;
  png_structp png;
  png_infop info;
  uint8_t **rows;
  struct picture *picture;
  enum picture_status status;
};

static void fail(png_structp png, png_const_charp message) {
  struct png_work *work = png_get_error_ptr(png);
  if (work->status == PICTURE_DECODED) work->status = PICTURE_DAMAGED;
  snprintf(work->picture->message, sizeof work->picture->message, "%s", message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep to, size_t count) {
  struct png_work *work = png_get_io_ptr(png);
  if (count > work->size - work->position) png_error(png, "the file is cut off");
  memcpy(to, work->bytes + work->position, count);
  work->position += count;
}

/// Blends pixels of four channels with white, and closes the gaps that the fourth leaves.
static void lay_over_white(uint8_t *pixels, size_t count) {
  const uint8_t *from = pixels;
  uint8_t *to = pixels;
  for (size_t i = 0; i < count; i++, from += 4, to += 3) {
    const unsigned alpha = from[3];
    for (int channel = 0; channel < 3; channel++)
      to[channel] = (uint8_t)((from[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}

static void *allocate(struct png_work *work, size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    work->status = PICTURE_OUT_OF_MEMORY;
    png_error(work->png, "out of memory");
  }
  return memory;
}

static void keep_exif(struct png_work *work) {
  png_uint_32 size = 0;
  png_bytep exif = NULL;
  if (work->picture->exif != NULL || png_get_eXIf_1(work->png, work->info, &size, &exif) == 0 || size == 0) return;
  work->picture->exif = allocate(work, size, 1);
  memcpy(work->picture->exif, exif, size);
  work->picture->exif_size = size;
}

/// What is passed over: a text or a colour profile of a few bytes may unpack to megabytes, and a file may hold a thousand.
static const png_byte PASSED_OVER[] =
    "cHRM\0gAMA\0iCCP\0sRGB\0sBIT\0hIST\0bKGD\0pHYs\0sPLT\0tEXt\0zTXt\0iTXt\0tIME\0oFFs\0pCAL\0sCAL";

static void decode(struct png_work *work) {
  png_structp png = work->png;
  struct picture *picture = work->picture;
  png_set_read_fn(png, work, read_bytes);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, PASSED_OVER, sizeof PASSED_OVER / 5);
  png_read_info(png, work->info);
  keep_exif(work);

  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, work->info);
  const size_t channels = png_get_channels(png, work->info);
  const size_t row = png_get_rowbytes(png, work->info);
  if (channels < 3 || channels > 4 || row != channels * picture->width) png_error(png, "unknown kind of pixels");

  picture->pixels = allocate(work, picture->height, row);
  work->rows = allocate(work, picture->height, sizeof *work->rows);
  for (size_t y = 0; y < picture->height; y++) work->rows[y] = picture->pixels + y * row;
  png_read_image(png, work->rows);
  // Also proves that the file has its end.
  png_read_end(png, work->info);
  keep_exif(work);
  if (channels == 4) lay_over_white(picture->pixels, (size_t)picture->width * picture->height);
}

/// Its locals do not change after setjmp.
static void decode_or_return(struct png_work *work) {
  if (setjmp(png_jmpbuf(work->png)) == 0) decode(work);
}

/// The bits of a pixel, 0 where the format has no such kind.
static unsigned pixel_bits(uint8_t depth, uint8_t kind) {
  static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};
  return kind < sizeof channels ? channels[kind] * (unsigned)depth : 0;
}

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// Whether all chunks up to the last lie within the file: libpng takes as much memory as one claims, and only then reads it.
static int chunks_fit(const uint8_t *bytes, size_t size) {
  size_t place = 8;
  while (size - place >= 12) {
    const uint32_t length = big_endian(bytes + place);
    if (length > size - place - 12) return 0;
    if (memcmp(bytes + place + 4, "IEND", 4) == 0) return 1;
    place += 12 + (size_t)length;
  }
  return 0;
}

enum picture_status picture_decode_png(const uint8_t *bytes, size_t size, uint64_t most_pixels, struct picture *picture) {
  // The signature, and the length and name of the first chunk, come before its width and height. They are read here because
  // libpng checks them against limits of its own before it tells them.
  if (size < 26 || memcmp(bytes + 12, "IHDR", 4) != 0) {
    snprintf(picture->message, sizeof picture->message, "%s", size < 26 ? "the file is cut off" : "it does not begin with IHDR");
    return PICTURE_DAMAGED;
  }
  picture->width = big_endian(bytes + 16);
  picture->height = big_endian(bytes + 20);
  if (picture->width == 0 || picture->height == 0 || picture->width > INT32_MAX || picture->height > INT32_MAX) {
    snprintf(picture->message, sizeof picture->message, "%s", "width or height is not in the range of the format");
    return PICTURE_DAMAGED;
  }
  if ((uint64_t)picture->width * picture->height > most_pixels) return PICTURE_TOO_LARGE;
  // Before memory is taken: nothing that deflate has packed becomes more than 1,032 times as long.
  const uint64_t bits = (uint64_t)picture->width * picture->height * pixel_bits(bytes[24], bytes[25]);
  if (bits / 8 / 1032 > size) return picture_cannot_hold(picture, size);

  if (!chunks_fit(bytes, size)) {
    snprintf(picture->message, sizeof picture->message, "%s", "the file is cut off");
    return PICTURE_DAMAGED;
  }

  struct png_work work = {.bytes = bytes, .size = size, .picture = picture, .status = PICTURE_OUT_OF_MEMORY};
  work.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &work, fail, ignore);
  if (work.png != NULL) {
    png_set_user_limits(work.png, picture->width, picture->height);
    work.info = png_create_info_struct(work.png);
    if (work.info != NULL) {
      work.status = PICTURE_DECODED;
      decode_or_return(&work);
    }
  }
  png_destroy_read_struct(&work.png, &work.info, NULL);
  free(work.rows);
  if (work.status != PICTURE_DECODED) {
    free(picture->pixels);
    picture->pixels = NULL;
  }
  return work.status;
}
