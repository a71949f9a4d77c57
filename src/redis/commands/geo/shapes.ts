/** Circles and boxes on the globe, and distances. */
import type { Area, Place } from './geohash.ts';
import type { Trigonometry } from './trigonometry.ts';

/** What a search covers: a circle around a place, or a box with sides along the meridians. */
export type Shape =
  | { readonly kind: 'circle'; readonly center: Place; readonly unit: number; readonly radius: number }
  | {
      readonly kind: 'box';
      readonly center: Place;
      readonly unit: number;
      readonly width: number;
      readonly height: number;
    };

/** The radius of the globe, in metres. */
const EARTH_RADIUS = 6372797.560856;
const DEGREE = Math.PI / 180;

/** The length of the way between two places, in metres. */
export function distanceBetween(a: Place, b: Place, { sin, cos, asin }: Trigonometry = Math): number {
  const [latitudeA, latitudeB] = [a.latitude * DEGREE, b.latitude * DEGREE];
  const u = sin((latitudeB - latitudeA) / 2);
  const v = sin((b.longitude * DEGREE - a.longitude * DEGREE) / 2);
  return 2 * EARTH_RADIUS * asin(Math.sqrt(u * u + cos(latitudeA) * cos(latitudeB) * v * v));
}

/** How far a place in the shape is from its centre, in metres; undefined for a place outside. */
export function distanceWithin(shape: Shape, place: Place): number | undefined {
  const { center, unit } = shape;
  if (shape.kind === 'circle') {
    const distance = distanceBetween(center, place);
    return distance > shape.radius * unit ? undefined : distance;
  }
  const north = distanceBetween(place, { longitude: place.longitude, latitude: center.latitude });
  if (north > (shape.height * unit) / 2) return undefined;
  const east = distanceBetween(place, { longitude: center.longitude, latitude: place.latitude });
  return east > (shape.width * unit) / 2 ? undefined : distanceBetween(center, place);
}

/** The distance from the centre to the farthest point, in metres. */
export function reachOf(shape: Shape): number {
  if (shape.kind === 'circle') return shape.radius * shape.unit;
  return Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2) * shape.unit;
}

/** The borders of the smallest area that holds the shape. */
export function boundsOfShape(shape: Shape): Area {
  const { center, unit } = shape;
  const { longitude, latitude } = center;
  const height = unit * (shape.kind === 'circle' ? shape.radius : shape.height / 2);
  const width = unit * (shape.kind === 'circle' ? shape.radius : shape.width / 2);
  const north = height / EARTH_RADIUS / DEGREE;
  // Meridians come closer to each other towards the poles.
  const widest = latitude < 0 ? latitude - north : latitude + north;
  const east = width / EARTH_RADIUS / Math.cos(widest * DEGREE) / DEGREE;
  return { west: longitude - east, east: longitude + east, south: latitude - north, north: latitude + north };
}
