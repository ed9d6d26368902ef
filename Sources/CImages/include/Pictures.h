#ifndef DPTRAIN_PICTURES_H
#define DPTRAIN_PICTURES_H

#include <stddef.h>
#include <stdint.h>

/// How decoding ended.
enum picture_status {
  PICTURE_DECODED = 0,
  /// The bytes are not what the format says; `message` tells what libpng or libjpeg found.
  PICTURE_DAMAGED = 1,
  /// The header names more pixels than are allowed; nothing was decoded.
  PICTURE_TOO_LARGE = 2,
  PICTURE_OUT_OF_MEMORY = 3,
};

/// A decoded picture. All of it begins as zero; picture_free gives back what it holds.
struct picture {
  /// Set as soon as the header is read.
  uint32_t width;
  uint32_t height;
  /// Red, green, blue of each pixel, row by row from the top; NULL unless decoded.
  uint8_t *pixels;
  /// The TIFF structure of the EXIF data, without "Exif\0\0"; NULL where there is none.
  uint8_t *exif;
  size_t exif_size;
  char message[200];
};

/// Decodes a PNG file in memory, of any depth and colour type, to 8 bits: palettes and grey become red, green and blue, 16 bits are
/// scaled, transparent pixels lie over white.
///
/// In C because libpng and libjpeg report errors by longjmp, which must not leave a frame of Swift.
enum picture_status picture_decode_png(const uint8_t *bytes, size_t size, uint64_t most_pixels, struct picture *picture);

/// Decodes a JPEG file in memory: grey, YCbCr, RGB, and CMYK and YCCK inverted as Adobe's programs write them. A file that is
/// cut off or corrupt is damaged, though libjpeg would fill the rest with grey.
enum picture_status picture_decode_jpeg(const uint8_t *bytes, size_t size, uint64_t most_pixels, struct picture *picture);

/// Encodes red, green, blue of each pixel, row by row from the top, as a PNG file of 8 bits a channel, compressed.
///
/// Returns its length; 0 where there is no memory, or it does not fit `capacity` bytes, which picture_png_capacity always do.
size_t picture_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t capacity);

/// The most bytes that a PNG file of so many pixels takes.
size_t picture_png_capacity(uint32_t width, uint32_t height);

/// Notes that a file of `size` bytes is too short for the width and height that it claims.
enum picture_status picture_cannot_hold(struct picture *picture, size_t size);

void picture_free(struct picture *picture);

#endif
